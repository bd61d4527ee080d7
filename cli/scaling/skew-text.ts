import { tableText } from '../text/table.ts';
import { type KeyCount, keyText, skewOf, type Tally } from './tally.ts';

export interface Shown {
  readonly topic: string;
  /** how many of the hottest keys */
  readonly hottest: number;
  /** whether keys are shown: they may be personal */
  readonly reveal: boolean;
}

const MASKED = '***';
const number = (value: number) => value.toLocaleString('en-US');
const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;

/** The tally as text for a person. */
export function skewText(tally: Tally, { topic, hottest, reveal }: Shown): string {
  const { records, keys, withoutKey, uncounted, elsewhere, planned } = tally;
  const total = records.reduce((sum, count) => sum + count, 0);
  if (total === 0) return `${topic}: no record, so there is nothing to measure`;
  const counted = [...keys.values()];
  const top = [...keys].toSorted(([, a], [, b]) => b.records - a.records).slice(0, hottest);
  const scattered = counted.filter(({ isScattered }) => isScattered).length;
  return [
    `${topic}: ${number(total)} records, ${number(keys.size)} keys, ${number(withoutKey)} records without a key`,
    '',
    tableText(
      ['partition', 'records', 'share', 'keys'],
      records.map((count, partition) => [
        String(partition),
        number(count),
        percent(count, total),
        number(counted.filter((key) => key.partition === partition).length),
      ]),
      [true, true, true, true],
    ),
    `largest / mean: ${skewOf(records).toFixed(3)}`,
    '',
    `hottest keys${reveal ? '' : ' (--reveal shows them)'}:`,
    ...top.map(([name, key]) => `  ${keyLine(key, total)}  ${reveal ? keyText(name) : MASKED}`),
    '',
    `keys in more than one partition: ${number(scattered)}${scattered > 0 ? ' (their records have no order)' : ''}`,
    `records elsewhere than Kafka's hash of their key leads: ${number(elsewhere)}`,
    ...(uncounted > 0 ? [`not counted by key, because there are too many keys: ${number(uncounted)} records`] : []),
    ...plannedLines(planned, top[0]?.[1], records.length),
  ].join('\n');
}

function keyLine({ records, partition, isScattered }: KeyCount, total: number): string {
  const place = `partition ${partition}${isScattered ? ' and others' : ''}`;
  return `${percent(records, total).padStart(6)}  ${number(records)} in ${place}`;
}

function plannedLines(planned: readonly number[], top: KeyCount | undefined, now: number): string[] {
  const total = planned.reduce((sum, count) => sum + count, 0);
  const what =
    planned.length === now ? `if Kafka's hash chose all of them` : `with ${planned.length} partitions by Kafka's hash`;
  const shares = planned.map((count) => percent(count, total)).join(', ');
  // A partition has at least the records of its hottest key, whatever their number is.
  const least = top === undefined ? 0 : (top.records * planned.length) / total;
  return [
    '',
    `${what}: ${shares}; largest / mean: ${skewOf(planned).toFixed(3)}`,
    ...(least > 1 ? [`the hottest key alone makes it at least ${least.toFixed(3)}`] : []),
  ];
}
