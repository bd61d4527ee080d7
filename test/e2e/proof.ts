import { BAD_RECORDS } from '#proof/fleet/load/bad-records.ts';
import type { Report } from '#proof/report.ts';

/** Checks a run of fleet and demo: every record is in its stores; every kind of alert and bad record occurred. */
export function expectProof(report: Report): void {
  const { fleet, demo } = report.domains;
  expect(report).toMatchObject({ findings: [], problems: [], notRun: [expect.stringMatching(/^file: /)] });
  expect(report).toMatchObject({ ok: true, lost: 0, duplicated: 0, different: 0, unexpected: 0, outOfOrder: 0 });
  expect(report.lag.end).toBe(0);
  expect(fleet.acknowledged).toBeGreaterThan(0);
  expect(Object.keys(fleet.badByCause).toSorted()).toEqual(BAD_RECORDS.map(({ cause }) => cause).toSorted());
  expect(sum(fleet.badByCause)).toBe(fleet.bad);
  expect(fleet.deadLettered).toBe(fleet.bad);
  expect(Object.keys(fleet.alertsByKind).toSorted()).toEqual(['Delay', 'LowFuel', 'Speeding', 'Temperature']);
  expect(sum(fleet.alertsByKind)).toBe(fleet.alerts);
  for (const store of [...Object.values(fleet.stores), ...Object.values(demo.stores)]) {
    expect(store.stored).toBe(store.expected);
    expect(store.expected).toBeGreaterThan(0);
  }
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);
