import type { Deadline } from '#lib/deadline.ts';
import type { Fetched, StoredRecord, TopicReader } from '#lib/kafka/client/topic-reader.ts';
import { type Coordinates, coordinatesText } from '#lib/kafka/records.ts';
import { coordinatesOf } from '#lib/kafka/redrive.ts';
import { letterOf } from './letter.ts';
import { bytesOf, nameOf } from './plain.ts';
import type { Letter } from './refused.ts';
import type { Answers, Requests } from './requests.ts';
import { NotRedriven, type Sending, sendAll } from './send.ts';

/** Sends the records of a topic's dead letters, as {@link sendAll} does. */
export async function sendLetters(
  sending: Sending,
  { topic, id, letters, force }: Requests['send'],
  deadline: Deadline,
): Promise<Answers['send']> {
  const find = finder(sending.reader, topic);
  const all = letters.map(({ partition, offset, attempt }) => ({
    name: coordinatesText({ topic, partition, offset }),
    attempt,
    async letter() {
      const record = await find(partition, offset);
      if (record === undefined) throw new NotRedriven('it is no longer in its topic');
      const letter = letterOf(record);
      if (letter === undefined) throw new NotRedriven('it is no dead letter');
      return letter;
    },
  }));
  return sendAll(sending, all, { id, force }, deadline);
}

/** Sends records of on-failure records, as {@link sendAll} does. */
export async function sendRecords(
  sending: Sending,
  { id, records, force }: Requests['resend'],
  deadline: Deadline,
): Promise<Answers['resend']> {
  const find = new Map<string, ReturnType<typeof finder>>();
  const all = records.map(({ from, origin, function: name, attempt, content }) => ({
    name: nameOf(name, from),
    attempt,
    async letter(): Promise<Letter> {
      const own = find.get(from.topic) ?? finder(sending.reader, from.topic);
      find.set(from.topic, own);
      const found = content === undefined ? await own(from.partition, from.offset) : bytesOf(content);
      if (found === undefined) throw new NotRedriven(gone(from));
      const { key, value, headers } = found;
      const named = { from, origin: coordinatesOf(origin) ?? from, function: name, code: '', message: '' };
      return { ...named, attempts: attempt - 1, content: { key, value, headers } };
    },
  }));
  return sendAll(sending, all, { id, force }, deadline);
}

/** Why an on-failure record without the record itself is of no use. */
export function gone(from: Coordinates): string {
  return `${coordinatesText(from)} is no longer in its topic (retention or compaction), and the on-failure record only names it`;
}

/** Finds records of a topic. It keeps the last records that it read of each partition: the next is often among them. */
function finder(reader: TopicReader, topic: string) {
  const last = new Map<number, Fetched | undefined>();
  const among = (partition: number, offset: number) =>
    last.get(partition)?.records.find((record) => record.offset === offset);
  return async (partition: number, offset: number): Promise<StoredRecord | undefined> => {
    const found = among(partition, offset);
    if (found !== undefined) return found;
    last.set(partition, await reader.fetch(topic, partition, offset));
    return among(partition, offset);
  };
}
