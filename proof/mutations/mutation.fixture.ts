import { FINDING_KINDS, type FindingKind } from '../findings.ts';
import { TRIPS } from '../fleet/places.ts';
import { judge } from '../judge.ts';
import type { TopicName } from '../types.ts';
import { START, type Synthetic, syntheticWorld, type WholeWorld } from '../world.fixture.ts';
import type { LogRecord, World } from '../world.ts';

/** One fault in a right world, and the place and kind with which the report must find it. */
export type Mutation = [
  what: string,
  place: string,
  kind: FindingKind,
  mutate: (world: WholeWorld, all: Synthetic) => void,
];

/** Tests the report with each mutation: it must not be ok, and must name the place, the kind and the record. */
export function testMutations(where: string, mutations: readonly Mutation[]): void {
  describe(`one fault in ${where}`, () => {
    test.each(mutations)('%s: %s, %s', (_, place, kind, mutate) => {
      const synthetic = syntheticWorld();
      mutate(synthetic.world, synthetic);
      const report = judge(synthetic.world, synthetic.facts);
      expect(report.ok).toBe(false);
      expect(report[kind]).toBeGreaterThan(0);
      const group = report.findings.find((found) => found.place === place && found.kind === kind);
      expect(group?.first[0]?.id).toMatch(/\w/);
      // A fault in a store is found only there.
      const inStore = /^(s3|rds|dynamodb|opensearch) /.test(place) && !place.includes(TRIPS);
      if (inStore) expect(new Set(report.findings.map((found) => found.place))).toEqual(new Set([place]));
      const counted = FINDING_KINDS.reduce((sum, own) => sum + report[own], 0);
      expect(counted).toBe(report.findings.reduce((sum, { count }) => sum + count, 0));
    });
  });
}

export const at = <T>(items: readonly T[], index: number): T => items.at(index) as T;

/** Removes an entry. */
export function drop(items: unknown[], index: number): void {
  items.splice(index, 1);
}

/** Inserts a second copy of an entry. */
export function twice<T extends object>(items: T[], index: number): void {
  items.splice(index, 0, { ...at(items, index) });
}

/** Appends a copy of a record to the end of its partition, like a producer that sends it again. */
export function produceAgain(
  world: Pick<World, 'topics'>,
  topic: TopicName,
  index: number,
  change: Partial<LogRecord> = {},
): LogRecord {
  const { records, partitions } = world.topics[topic];
  const record = at(records, index);
  const range = partitions.find(({ partition }) => partition === record.partition) as { end: number };
  const again = { ...record, offset: range.end++, ...change };
  records.push(again);
  records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  return again;
}

/** Adds an object with this record to the archive. */
export function archive({ s3 }: Pick<WholeWorld, 's3'>, record: LogRecord): void {
  const { topic, partition, offset } = record;
  const name = `${partition}-${String(offset).padStart(20, '0')}.ndjson.gz`;
  s3.push({ key: `${topic}/dt=2026-11-21/hour=08/${name}`, lastModified: START, records: [record] });
}

export function setValue(record: LogRecord, change: Record<string, unknown>): void {
  const value = JSON.parse(String(record.value)) as object;
  record.value = Buffer.from(JSON.stringify({ ...value, ...change }));
}
