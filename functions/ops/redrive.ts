import type { Context } from 'aws-lambda';
import { kafkaAuth, readConfiguration } from '#lib/configuration.ts';
import { invocationDeadline } from '#lib/deadline.ts';
import { bootstrapBrokers } from '#lib/kafka/client/bootstrap.ts';
import { type Action, answer, type Request } from './redrive/answer.ts';

const config = readConfiguration({ KAFKA_AUTH: kafkaAuth });

/**
 * Answers one request of `npm run dlq -- … --stage STAGE`: nobody outside of the VPC reaches the cluster. Each call
 * does a page of the work. It logs nothing, because its answers may hold records.
 */
export async function handler<A extends Action>(request: Request<A>, context: Context): Promise<unknown> {
  return answer(
    request,
    { auth: config.KAFKA_AUTH, bootstrapServers: await bootstrapBrokers() },
    invocationDeadline(context),
  );
}
