import type { MskEvent } from '../../polling/event.ts';
import type { DeadLetter, Seen } from '../seen/seen.ts';
import { equal } from './delivery.ts';

/** A message of an on-failure topic (AWS: "Using a Kafka topic as an on-failure destination"). */
interface Message {
  requestContext: { functionArn: string; condition: string; approximateInvokeCount: number };
  responseContext: { statusCode: number; functionError: string } | null;
  version: string;
  KafkaBatchInfo: { batchSize: number; eventSourceArn: string; recordInfo: { offset: string } };
  payload: MskEvent;
}

export interface Discarded {
  key: string | null;
  offset: number;
  /** Base64 of the record's value. Not compared if absent. */
  value?: string | null;
}

/** Its on-failure topic has one message for each of these records, in the documented format. */
export function discardedRecords(
  { dead, topic }: Seen,
  expected: readonly Discarded[],
  { condition, attempts, cluster }: { condition: string; attempts: number; cluster: string },
): string[] {
  if (dead.length !== expected.length) return [`the destination has ${dead.length} messages, not ${expected.length}`];
  return dead.flatMap((letter, at) => {
    const { key, offset, value } = expected[at] as Discarded;
    const message = parsed(letter);
    if (!message) return [`message ${at} of the destination is not JSON`];
    const { requestContext, KafkaBatchInfo: info, payload } = message;
    const record = payload.records[`${topic}-0`]?.[0];
    return [
      ...equal('key of the message', letter.key, key),
      ...equal('condition', requestContext.condition, condition),
      ...equal('approximateInvokeCount', requestContext.approximateInvokeCount, attempts),
      ...equal('version', message.version, '1.0'),
      ...equal('batchSize', info.batchSize, 1),
      ...equal('recordInfo.offset', info.recordInfo.offset, String(offset)),
      ...equal('eventSourceArn', info.eventSourceArn, cluster),
      ...(value === undefined ? [] : equal('value of the record in payload', record?.value, value)),
    ];
  });
}

/** The message about a record of more than 6 MB is cut by the driver. Only its beginning is compared. */
export function discardedTooLarge({ dead }: Seen, key: string): string[] {
  const [letter] = dead;
  if (dead.length !== 1 || !letter) return [`the destination has ${dead.length} messages, not 1`];
  const named = letter.value.includes('"MaximumPayloadSizeExceeded"');
  return [
    ...equal('key of the message', letter.key, key),
    ...(named ? [] : ['no condition MaximumPayloadSizeExceeded']),
  ];
}

function parsed({ value }: DeadLetter): Message | undefined {
  try {
    return JSON.parse(value) as Message;
  } catch {
    return undefined;
  }
}
