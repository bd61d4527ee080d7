import { type Chain, type Fault, type Span, span } from './chain.ts';

/** What the objects of a partition hold, and the log of the partition. */
export interface Compared extends Chain {
  readonly checkpoint: number;
  /** the log before its objects were read; undefined if there is no such partition */
  readonly range: { start: number; end: number } | undefined;
  /** and afterwards */
  readonly now: { end: number } | undefined;
}

/** Compares what a partition's objects hold with its log. */
export async function compare(
  name: string,
  { end, gaps, expired, checkpoint, range, now }: Compared,
  count: (spans: readonly Span[]) => Promise<number>,
): Promise<{ faults: Fault[]; notes: string[] }> {
  const faults: Fault[] = [];
  const notes: string[] = [];
  if (expired)
    notes.push(`${name}: ${span(expired.from, expired.to)} expired in the archive, as the bucket's rules say`);
  if (range === undefined || now === undefined) return { faults, notes };
  const { start, end: logEnd } = range;
  const archived = Math.max(end, checkpoint);
  if (start > 0) notes.push(`${name}: retention has removed ${span(0, start)} from the topic`);
  if (archived < logEnd)
    faults.push({ kind: 'behind', text: `${name}: ${span(archived, logEnd)} of the topic are not archived yet` });
  if (end > now.end) {
    const text = `${name}: the archive reaches offset ${end - 1}, but the topic ends before offset ${now.end}`;
    faults.push({ kind: 'ahead', text: `${text}: it was created again, or has lost records` });
  }
  const within = gaps
    .map(({ from, to }) => ({ from: Math.max(from, start), to: Math.min(to, logEnd) }))
    .filter(({ from, to }) => from < to);
  const lacking = within.length === 0 ? 0 : await count(within);
  if (lacking > 0) {
    const places = within.slice(0, 5).map(({ from, to }) => span(from, to));
    const text = `${name}: ${lacking} records of the topic are in no object, among ${places.join(', ')}`;
    faults.push({ kind: 'missing', text });
  }
  const empty = gaps.reduce((sum, { from, to }) => sum + to - from, 0) - lacking;
  if (empty > 0)
    notes.push(`${name}: ${empty} offsets have no record: compaction, retention, or markers of transactions`);
  return { faults, notes };
}
