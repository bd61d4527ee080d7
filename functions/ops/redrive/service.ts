import { setTimeout as sleep } from 'node:timers/promises';
import type { Deadline } from '#lib/deadline.ts';
import type { Place } from '#lib/kafka/client/offsets.ts';
import type { AnyProducer } from '#lib/kafka/client/producer.ts';
import { type Cursor, cursorOf, scan } from '#lib/kafka/client/scan.ts';
import type { StoredRecord, TopicReader } from '#lib/kafka/client/topic-reader.ts';
import { coordinatesText } from '#lib/kafka/records.ts';
import { redriveOf } from '#lib/kafka/redrive.ts';
import { isWanted } from './filter.ts';
import { headerText } from './headers.ts';
import { letterOf } from './letter.ts';
import { look } from './look.ts';
import type { Answers, FoundLetter, Requests } from './requests.ts';
import { shownContent, shownLetter } from './shown.ts';
import { sendLetters, sendRecords } from './to-send.ts';

/** The most letters in an answer: a Lambda function's answer has at most 6 MB. */
const PAGE = 5_000;
/** The most characters of shown letters in an answer. The last letter may have a megabyte more. */
const MOST_SHOWN = 1_000_000;
/** Clocks of the machines that run one redrive after the other may differ by this. */
const CLOCKS_MS = 60_000;
/** A request of a killed redrive reaches its broker within this time, or never: its connection is closed. */
const SETTLED_MS = 2_000;

export interface ServiceOptions {
  readonly reader: TopicReader;
  readonly producer: AnyProducer;
  readonly bootstrapServers: string;
  readonly settledMs?: number;
}

export type Service = { [A in keyof Requests]: (request: Requests[A], deadline: Deadline) => Promise<Answers[A]> };

/**
 * What `npm run dlq` asks for, one page at a time: locally in its own process, on a stage by functions/ops/redrive.ts.
 * Each call ends by its deadline, and its answer says where to go on.
 */
export function redriveService(options: ServiceOptions): Service {
  const { reader, settledMs = SETTLED_MS } = options;

  async function begin(topic: string, { since = 'first' }: { since?: Place | undefined }): Promise<Cursor> {
    return cursorOf(await reader.offsetsAt(topic, since), await reader.offsetsAt(topic, 'end'));
  }

  return {
    async letters({ topic, filter, cursor }, deadline) {
      const letters: FoundLetter[] = [];
      let others = 0;
      const take = (records: readonly StoredRecord[]) => {
        for (const record of records) {
          const letter = letterOf(record);
          if (letter === undefined) others += 1;
          else if (isWanted(filter, record, letter)) letters.push(found(record, letter));
        }
        return letters.length < PAGE && deadline.remaining() > 0;
      };
      const next = await scan(reader, topic, cursor ?? (await begin(topic, filter)), take);
      return { letters, others, ...(next && { cursor: next }) };
    },

    async show({ topic, filter, limit, reveal }, deadline) {
      const shown: string[] = [];
      let characters = 0;
      await scan(reader, topic, await begin(topic, filter), (records) => {
        for (const record of records) {
          const letter = letterOf(record);
          if (letter === undefined || !isWanted(filter, record, letter) || characters > MOST_SHOWN) continue;
          const place = { name: coordinatesText(record), timestamp: record.timestamp };
          shown.push(shownLetter(place, letter, shownContent(letter.content ?? record, reveal)));
          characters += shown.at(-1)?.length ?? 0;
        }
        return shown.length < limit && characters < MOST_SHOWN && deadline.remaining() > 0;
      });
      return { shown: shown.slice(0, limit) };
    },

    async sent({ id, topic, since, cursor }, deadline) {
      if (cursor === undefined) {
        // The leaders answer now. What a killed redrive had sent them is stored soon, or never.
        await reader.offsetsAt(topic, 'end');
        await sleep(settledMs);
      }
      const letters: string[] = [];
      const from = cursor ?? (await begin(topic, { since: since - CLOCKS_MS }));
      const next = await scan(reader, topic, from, (records) => {
        for (const record of records) {
          const redrive = redriveOf({ ...record, header: (name) => headerText(record.headers, name) });
          if (redrive?.id === id) letters.push(redrive.letter);
        }
        return letters.length < PAGE && deadline.remaining() > 0;
      });
      return { letters, ...(next && { cursor: next }) };
    },

    send: (request, deadline) => sendLetters(options, request, deadline),
    look: (request, deadline) => look(reader, request, deadline),
    resend: (request, deadline) => sendRecords(options, request, deadline),
  };
}

function found(record: StoredRecord, letter: NonNullable<ReturnType<typeof letterOf>>): FoundLetter {
  const { from, origin, function: name, code, attempts, redrive, truncated, mayHaveResults } = letter;
  const { partition, offset, timestamp } = record;
  return {
    at: { partition, offset },
    timestamp,
    from,
    origin: coordinatesText(origin),
    function: name,
    code,
    attempts,
    ...(redrive !== undefined && { redrive }),
    ...(truncated !== undefined && { truncated: true }),
    ...(mayHaveResults && { mayHaveResults }),
  };
}
