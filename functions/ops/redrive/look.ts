import type { Deadline } from '#lib/deadline.ts';
import { scan } from '#lib/kafka/client/scan.ts';
import type { StoredRecord, TopicReader } from '#lib/kafka/client/topic-reader.ts';
import { coordinatesText } from '#lib/kafka/records.ts';
import { withoutRedrive } from '#lib/kafka/redrive.ts';
import { pastOf } from './refused.ts';
import type { Answers, LookedAt, Requests } from './requests.ts';
import { shownContent } from './shown.ts';

/** An answer of a Lambda function has at most 6 MB. */
const MOST_RECORDS = 5_000;
const MOST_CHARACTERS = 1_000_000;

/** Reads records by their offsets. Those that aren't in their topic any more are left out. */
export async function look(
  reader: TopicReader,
  { ranges, reveal, cursor }: Requests['look'],
  deadline: Deadline,
): Promise<Answers['look']> {
  const records: LookedAt[] = [];
  let characters = 0;
  const take = (some: readonly StoredRecord[]) => {
    for (const record of some) {
      const own = lookedAt(record, reveal);
      records.push(own);
      characters += own.lines?.join().length ?? 0;
    }
    return records.length < MOST_RECORDS && characters < MOST_CHARACTERS && deadline.remaining() > 0;
  };
  for (const [at, { topic, partition, first, last }] of ranges.entries()) {
    if (at < (cursor?.range ?? 0)) continue;
    const from = at === cursor?.range ? cursor.offset : first;
    const end = Math.min(last + 1, (await reader.offsetsAt(topic, 'end')).get(partition) ?? 0);
    const left = await scan(reader, topic, { [partition]: [from, end] }, take);
    const next = left?.[partition];
    if (next !== undefined) return { records, cursor: { range: at, offset: next[0] } };
  }
  return { records };
}

function lookedAt(record: StoredRecord, reveal: boolean | undefined): LookedAt {
  const { topic, partition, offset, timestamp, headers } = record;
  const from = { topic, partition, offset };
  const { origin, attempts, redrive } = pastOf(from, headers);
  return {
    from,
    timestamp,
    origin: coordinatesText(origin),
    attempts,
    ...(redrive !== undefined && { redrive }),
    ...(reveal !== undefined && { lines: shownContent({ ...record, headers: withoutRedrive(headers) }, reveal) }),
  };
}
