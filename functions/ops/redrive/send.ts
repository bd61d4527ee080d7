import type { Deadline } from '#lib/deadline.ts';
import type { AnyProducer } from '#lib/kafka/client/producer.ts';
import type { StoredRecord, TopicReader } from '#lib/kafka/client/topic-reader.ts';
import type { OwnMessage } from '#lib/kafka/message.ts';
import { coordinatesText } from '#lib/kafka/records.ts';
import { redriveHeaders } from '#lib/kafka/redrive.ts';
import { routeOf } from '../../sinks/routes.ts';
import { type Content, type Letter, letterOf } from './letter.ts';
import { type Answers, MOST_ATTEMPTS, type Refusal, type Requests } from './requests.ts';

/** Why a letter can't be redriven. */
class NotRedriven extends Error {}

interface Redriven extends OwnMessage {
  readonly partition: number;
  readonly letter: string;
}

interface Sending {
  readonly reader: TopicReader;
  /** one that never sends twice by itself */
  readonly producer: AnyProducer;
  readonly bootstrapServers: string;
}

/**
 * Sends the records of dead letters back to their topics and partitions, in the letters' order.
 * @throws Error if a send fails: some records may be stored all the same, so ask `sent` before the next call
 */
export async function sendLetters(
  { reader, producer, bootstrapServers }: Sending,
  { topic, id, letters, force }: Requests['send'],
  deadline: Deadline,
): Promise<Answers['send']> {
  const refused: Refusal[] = [];
  const records = await readAll(reader, topic, letters);
  const messages: Redriven[] = [];
  for (const { partition, offset, attempt } of letters) {
    const letter = coordinatesText({ topic, partition, offset });
    try {
      const record = records.get(letter);
      if (record === undefined) throw new NotRedriven('it is no longer in its topic');
      messages.push(await messageOf(reader, record, { id, attempt, letter, force }));
    } catch (error) {
      if (!(error instanceof NotRedriven)) throw error;
      refused.push({ letter, why: error.message });
    }
  }
  let sent = 0;
  // A request to one partition is stored as a whole, or not at all.
  for (const own of Map.groupBy(messages, (message) => `${message.topic}-${message.partition}`).values()) {
    const tooLarge = await producer.send(bootstrapServers, own, deadline);
    sent += own.length - tooLarge.length;
    for (const { message, error } of tooLarge) {
      refused.push({ letter: message.letter, why: `with the headers of a redrive, ${error.message}` });
    }
  }
  return { sent, refused };
}

async function messageOf(
  reader: TopicReader,
  record: StoredRecord,
  { id, attempt, letter: name, force }: { id: string; attempt: number; letter: string; force: boolean },
): Promise<Redriven> {
  const letter = letterOf(record);
  if (letter === undefined) throw new NotRedriven('it is no dead letter');
  const { from, origin, function: by } = letter;
  if (attempt > MOST_ATTEMPTS && !force) throw new NotRedriven(`it was redriven ${attempt - 1} times (--force)`);
  if (routeOf(from.topic).compacted && !force) throw new NotRedriven(`${from.topic} is compacted (--force)`);
  const { key, value, headers } = letter.content ?? (await original(reader, letter));
  const redrive = redriveHeaders({ id, attempt, letter: name, for: by, origin });
  return { topic: from.topic, partition: from.partition, key, value, headers: [...headers, ...redrive], letter: name };
}

/** The whole record of a letter that holds only its beginning. */
async function original(reader: TopicReader, { from, truncated }: Letter): Promise<Content> {
  const fetched = await reader.fetch(from.topic, from.partition, from.offset);
  const record = fetched?.records.find(({ offset }) => offset === from.offset);
  if (record !== undefined) return record;
  throw new NotRedriven(`it is cut (${truncated}), and ${coordinatesText(from)} is no longer in its topic`);
}

/** Reads these records of a topic. @returns those that are still there, by their coordinates */
async function readAll(reader: TopicReader, topic: string, places: Requests['send']['letters']) {
  const records = new Map<string, StoredRecord>();
  for (const [partition, own] of Map.groupBy(places, (place) => place.partition)) {
    const offsets = own.map(({ offset }) => offset).sort((a, b) => a - b);
    let next = 0;
    for (const offset of offsets) {
      if (offset < next) continue;
      const fetched = await reader.fetch(topic, partition, offset);
      for (const record of fetched?.records ?? []) records.set(coordinatesText(record), record);
      next = fetched?.next ?? 0;
    }
  }
  return records;
}
