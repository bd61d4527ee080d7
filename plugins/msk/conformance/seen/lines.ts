import type { Invocation, SeenRecord } from './seen.ts';

/** The beginning of each line that the probe writes. The rest is JSON. */
export const MARK = 'conform-probe ';
/** Of one line. Two processes may write to the same pipe: a line of up to 4,096 bytes stays whole (POSIX: "write"). */
const RECORDS_PER_LINE = 6;

type Begin = { kind: 'begin'; id: string; at: number; count: number } & Omit<Invocation, 'id' | 'begin' | 'records'>;
type Some = { kind: 'records'; id: string; first: number; records: SeenRecord[] };
type End = { kind: 'end'; id: string; at: number; outcome: 'returned' | 'threw'; answer?: unknown };
export type ProbeLine = Begin | Some | End;

/** The lines that tell the begin of an invocation. */
export function beginLines(id: string, at: number, event: Omit<Invocation, 'id' | 'begin'>): string[] {
  const { records, ...rest } = event;
  const lines: ProbeLine[] = [{ kind: 'begin', id, at, count: records.length, ...rest }];
  for (let first = 0; first < records.length; first += RECORDS_PER_LINE) {
    lines.push({ kind: 'records', id, first, records: records.slice(first, first + RECORDS_PER_LINE) });
  }
  return lines.map(text);
}

export function endLine(id: string, at: number, outcome: 'returned' | 'threw', answer?: unknown): string {
  return text({ kind: 'end', id, at, outcome, answer });
}

const text = (line: ProbeLine): string => `${MARK}${JSON.stringify(line)}\n`;

/**
 * Reads a line of a log. @returns undefined for a line that isn't the probe's
 * @throws Error if a line of the probe is damaged: it must not be taken for an invocation that didn't happen
 */
export function readLine(line: string): ProbeLine | undefined {
  const at = line.indexOf(MARK);
  if (at < 0) return undefined;
  try {
    return JSON.parse(line.slice(at + MARK.length)) as ProbeLine;
  } catch (cause) {
    throw new Error(`a damaged line of the probe: ${line.slice(at, at + 100)}`, { cause });
  }
}

/**
 * Puts the lines of all invocations together, by topic. A line that was read twice counts once. An invocation without
 * all of its records is left out: its other lines have not arrived yet.
 */
export function invocationsOf(lines: readonly ProbeLine[]): Map<string, Invocation[]> {
  const found = Map.groupBy(lines, ({ id }) => id);
  const invocations = [...found].flatMap(([id, own]): Invocation[] => {
    const begin = own.find((line) => line.kind === 'begin');
    const parts = new Map(own.flatMap((line) => (line.kind === 'records' ? [[line.first, line.records]] : [])));
    const records = [...parts].toSorted(([a], [b]) => a - b).flatMap(([, some]) => some);
    const end = own.find((line) => line.kind === 'end');
    if (!begin || records.length < begin.count) return [];
    const { kind: _, count: __, at, ...rest } = begin;
    const ended = end && { end: end.at, outcome: end.outcome, answer: end.answer };
    return [{ ...rest, id, begin: at, records, ...ended }];
  });
  const ordered = invocations.toSorted((a, b) => a.begin - b.begin);
  return Map.groupBy(ordered, ({ groups: [group = ''] }) => group.replace(/-\d+$/, ''));
}
