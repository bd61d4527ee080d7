import type { Deadline } from '#lib/deadline.ts';
import type { AnyProducer } from '#lib/kafka/client/producer.ts';
import type { StoredRecord, TopicReader } from '#lib/kafka/client/topic-reader.ts';
import { MAX_HEADERS } from '#lib/kafka/dead-letter.ts';
import { batchBytes, type OwnMessage } from '#lib/kafka/message.ts';
import { coordinatesText } from '#lib/kafka/records.ts';
import { redriveHeaders, withoutRedrive } from '#lib/kafka/redrive.ts';
import { routeOf } from '../../sinks/routes.ts';
import type { Letter } from './refused.ts';
import { type Answers, MOST_ATTEMPTS, type Refusal } from './requests.ts';

/** Why a letter can't be redriven. */
export class NotRedriven extends Error {}

interface Redriven extends OwnMessage {
  readonly partition: number;
  readonly letter: string;
}

export interface Sending {
  readonly reader: TopicReader;
  /** one that never sends twice by itself */
  readonly producer: AnyProducer;
  readonly bootstrapServers: string;
}

/** Records in memory before they are sent: letters may be of a megabyte each. */
const MOST_BYTES = 4 * 1024 * 1024;

/** A dead letter to send: `name` is what the header `redrive.letter` says. */
export interface ToSend {
  readonly name: string;
  readonly attempt: number;
  /** @throws NotRedriven */
  readonly letter: () => Promise<Letter>;
}

/**
 * Sends the records of dead letters back to their topics and partitions, in the letters' order.
 * @throws Error if a send fails: some records may be stored all the same, so ask `sent` before the next call
 */
export async function sendAll(
  { reader, producer, bootstrapServers }: Sending,
  letters: readonly ToSend[],
  { id, force }: { id: string; force: boolean },
  deadline: Deadline,
): Promise<Answers['send']> {
  const refused: Refusal[] = [];
  let messages: Redriven[] = [];
  let bytes = 0;
  let sent = 0;

  async function flush(): Promise<void> {
    // A request to one partition is stored as a whole, or not at all.
    for (const own of Map.groupBy(messages, (message) => `${message.topic}-${message.partition}`).values()) {
      const tooLarge = await producer.send(bootstrapServers, own, deadline);
      sent += own.length - tooLarge.length;
      for (const { message, error } of tooLarge) {
        refused.push({ letter: message.letter, why: `with the headers of a redrive, ${error.message}` });
      }
    }
    messages = [];
    bytes = 0;
  }

  for (const { name, attempt, letter } of letters) {
    try {
      const message = await messageOf(reader, await letter(), { id, attempt, letter: name, force });
      messages.push(message);
      bytes += batchBytes(message);
    } catch (error) {
      if (!(error instanceof NotRedriven)) throw error;
      refused.push({ letter: name, why: error.message });
    }
    if (bytes >= MOST_BYTES) await flush();
  }
  await flush();
  return { sent, refused };
}

interface Sent {
  readonly id: string;
  readonly attempt: number;
  readonly letter: string;
  readonly force: boolean;
}

async function messageOf(reader: TopicReader, letter: Letter, sent: Sent): Promise<Redriven> {
  const { from, function: by } = letter;
  if (sent.attempt > MOST_ATTEMPTS && !sent.force)
    throw new NotRedriven(`it was redriven ${letter.attempts} times (--force)`);
  if (routeOf(from.topic).compacted && !sent.force) throw new NotRedriven(`${from.topic} is compacted (--force)`);
  const { key, value, headers } = letter.content ?? (await original(reader, letter));
  const { id, attempt, letter: name } = sent;
  const added = redriveHeaders({ id, attempt, letter: name, for: by, origin: letter.origin });
  const all = [...withoutRedrive(headers), ...added];
  if (all.length > MAX_HEADERS) throw new NotRedriven(`with the headers of a redrive it has over ${MAX_HEADERS}`);
  return { topic: from.topic, partition: from.partition, key, value, headers: all, letter: name };
}

/** The whole record of a letter that holds only its beginning. */
async function original(reader: TopicReader, { from, truncated }: Letter): Promise<StoredRecord> {
  const fetched = await reader.fetch(from.topic, from.partition, from.offset);
  const record = fetched?.records.find(({ offset }) => offset === from.offset);
  if (record !== undefined) return record;
  throw new NotRedriven(`it is cut (${truncated}), and ${coordinatesText(from)} is no longer in its topic`);
}
