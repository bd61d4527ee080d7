import { kafkaConsumer } from '@aws-lambda-powertools/kafka';
import type { SchemaConfig } from '@aws-lambda-powertools/kafka/types';
import type { Context, MSKEvent } from 'aws-lambda';
import type * as z from 'zod';

/** AWS's own decoder of Kafka events, with a schema of ours, and what each function does next: a new value's bytes. */
export function powertools(schema: z.ZodType): (event: MSKEvent, context: Context) => Promise<Buffer[]> {
  return kafkaConsumer<unknown, unknown>(
    async ({ records }) => records.map(({ value }) => Buffer.from(JSON.stringify(value))),
    { value: { type: 'json', parserSchema: schema } } as SchemaConfig,
  ) as (event: MSKEvent, context: Context) => Promise<Buffer[]>;
}
