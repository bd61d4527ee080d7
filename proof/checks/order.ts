import type { Findings } from '../findings.ts';
import { type LogRecord, sourceOf } from '../world.ts';

const SOURCE = /-(\d+)-(\d+)(?:\/(.+))?$/;
const REDRIVEN = /-\d+\/redriven(?:\/|$)/;

/**
 * Records that come from one partition and have one key were first produced in the order of that partition. Copies that
 * a retry produces later are no fault, and neither is what is made from a record that was redriven later.
 * @param records in the order of their topic
 * @param mayComeLater whether only a retry may have produced a source, so that its order isn't checked
 */
export function checkOrder(
  place: string,
  records: readonly LogRecord[],
  findings: Findings,
  mayComeLater: (source: string) => boolean = () => false,
): void {
  const newest = new Map<string, number>();
  const seen = new Set<string>();
  for (const record of records) {
    const source = sourceOf(record);
    const match = SOURCE.exec(source);
    if (match === null || seen.has(source) || REDRIVEN.test(source) || mayComeLater(source)) continue;
    seen.add(source);
    const [, partition, offsetText, kind] = match;
    const stream = JSON.stringify([partition, kind, record.key?.toString('utf8')]);
    const offset = Number(offsetText);
    const before = newest.get(stream) ?? -1;
    if (offset < before) findings.add(place, 'outOfOrder', source, `after that of offset ${before}`);
    else newest.set(stream, offset);
  }
}
