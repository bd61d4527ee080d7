import type { Plan } from '#functions/ops/redrive/plan.ts';
import type { FoundLetter } from '#functions/ops/redrive/requests.ts';
import type { Redriven } from '#functions/ops/redrive/run.ts';
import { escaped } from '../text/record-text.ts';
import { tableText } from '../text/table.ts';

const NAMES = ['topic', 'function', 'code', 'source', 'letters', 'failed again', 'first', 'last'];

/**
 * How many letters there are of each cause, how many of them are of redriven records that failed again, and when the first and the last of them came.
 */
export function causesText(byTopic: ReadonlyMap<string, readonly FoundLetter[]>): string {
  const rows = [...byTopic].flatMap(([topic, letters]) =>
    [...Map.groupBy(letters, ({ function: name, code, from }) => `${name} ${code} ${from.topic}`).values()].map(
      (own) => {
        const [{ function: name, code, from }] = own as [FoundLetter];
        const times = own.map(({ timestamp }) => timestamp);
        const [first, last] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
        const again = own.filter(({ attempts }) => attempts > 0).length;
        const counts = [own.length, again].map(String);
        return [topic, name, code, from.topic, ...counts, timeText(first), timeText(last)].map(escaped);
      },
    ),
  );
  return tableText(
    NAMES,
    rows,
    NAMES.map((name) => name === 'letters' || name === 'failed again'),
  );
}

function timeText(ms: number): string {
  return Number.isFinite(new Date(ms).getTime()) ? new Date(ms).toISOString() : String(ms);
}

/** What a redrive would send. */
export function planText({ topic, id, letters, refused, superseded }: Plan, dryRun: boolean): string {
  const bySource = Map.groupBy(letters, ({ function: name, code, from }) => `${from.topic} for ${name}, ${code}`);
  const counts = [...bySource].map(([what, own]) => `  ${own.length} to ${escaped(what)}`);
  return [
    `${dryRun ? 'a redrive' : `redrive ${id}`} of ${topic}: ${letters.length} records`,
    ...counts,
    ...(superseded > 0 ? [`  ${superseded} letters left out: their records have a later letter`] : []),
    ...refusalLines(refused),
  ].join('\n');
}

export function resultText({ sent, total, refusals, stopped }: Redriven, { id }: Plan): string {
  return [
    `sent ${sent} of ${total} records`,
    ...refusalLines(refusals),
    ...(stopped ? [`stopped: go on with the same options and --id ${id}`] : []),
  ].join('\n');
}

const NAMED = 20;

function refusalLines(refused: Plan['refused']): string[] {
  const lines = refused.slice(0, NAMED).map(({ letter, why }) => `  not redriven: ${letter}, ${escaped(why)}`);
  const more = refused.length - lines.length;
  return more > 0 ? [...lines, `  and ${more} more that are not redriven`] : lines;
}
