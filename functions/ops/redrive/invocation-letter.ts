import type { StoredRecord } from '#lib/kafka/client/topic-reader.ts';
import type { MskEvent } from '#lib/kafka/event.ts';
import { partitionsOf } from '#lib/kafka/records.ts';
import { withoutRedrive } from '#lib/kafka/redrive.ts';
import { type Letter, pastOf } from './refused.ts';

/** The record that Lambda writes to a mapping's on-failure topic (Lambda guide, "Using a Kafka topic as an on-failure
 * destination"). Its payload is an event with the one record that failed. */
interface InvocationRecord {
  requestContext?: { functionArn?: unknown; condition?: unknown };
  payload?: unknown;
}

/** A record of a mapping's on-failure topic as a dead letter; undefined if the record isn't one. */
export function invocationLetter({ value }: StoredRecord): Letter | undefined {
  try {
    const { requestContext: context, payload } = JSON.parse(String(value)) as InvocationRecord;
    const [only, ...more] = partitionsOf(payload as MskEvent).flatMap(({ records }) => records);
    const name = functionOf(context?.functionArn);
    if (only === undefined || more.length > 0 || name === undefined) return undefined;
    const { topic, partition, offset, key, headers } = only;
    const from = { topic, partition, offset };
    return {
      from,
      ...pastOf(from, headers),
      function: name,
      code: String(context?.condition),
      message: 'the mapping gave the record up',
      // The function had worked on the record's batch, and may have failed because of another record.
      mayHaveResults: true,
      content: { key, value: only.value, headers: withoutRedrive(headers) },
    };
  } catch {
    return undefined;
  }
}

/** `…:function:msk-pipeline-dev-processOrder:$LATEST` -> `processOrder`: the framework's names end in the function's. */
function functionOf(arn: unknown): string | undefined {
  return /:function:[\w-]*?(\w+)(?::[\w$]+)?$/.exec(String(arn))?.[1];
}
