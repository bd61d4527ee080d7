import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import * as z from 'zod';
import { kafkaAuth, readConfiguration, text } from '#lib/configuration.ts';
import { beforeDeadline, type Deadline, within } from '#lib/deadline.ts';
import { PipelineError, TransientError } from '#lib/errors.ts';
import { bootstrapBrokers } from '#lib/kafka/client/bootstrap.ts';
import { kafkaClient } from '#lib/kafka/client/client.ts';
import { oneConnection } from '#lib/kafka/client/connection.ts';
import { offsetReader } from '#lib/kafka/client/offsets.ts';
import { oneAttempt } from '#lib/stores/call.ts';
import { apiHandler, serve } from './http/handler.ts';
import { deadLettersByCause } from './pipeline/dead-letters.ts';
import { mappingsText } from './pipeline/mappings.ts';
import { readPipeline } from './pipeline/read.ts';
import { getPipeline } from './routes/pipeline.ts';

const config = readConfiguration({
  KAFKA_AUTH: kafkaAuth,
  CLUSTER_ARN: text,
  MAPPINGS: mappingsText,
  POWERTOOLS_METRICS_NAMESPACE: text,
  CLOUDWATCH: z.enum(['on', 'off']),
});

const name = 'readPipeline';
const TIMEOUT_MS = 3_000;

const connections = oneConnection((bootstrapServers) =>
  offsetReader(kafkaClient({ auth: config.KAFKA_AUTH, clientId: name, bootstrapServers, timeoutMs: TIMEOUT_MS })),
);

/** Without CloudWatch, as on one machine, nobody counts dead letters by cause. */
const byCause =
  config.CLOUDWATCH === 'on'
    ? deadLettersByCause(new CloudWatchClient(oneAttempt), config.POWERTOOLS_METRICS_NAMESPACE)
    : async () => null;

/** The route that asks Kafka: lag, throughput, dead letters. */
export const handler = apiHandler(name, [serve(getPipeline, (_values, deadline) => answer(deadline))]);

/** The second try is for a connection that a broker closed while the instance was frozen, and for a new leader. */
function answer(deadline: Deadline): Promise<object> {
  return ask(deadline).catch(() => ask(deadline));
}

async function ask(deadline: Deadline): Promise<object> {
  const connection = connections.get(await bootstrapBrokers());
  try {
    const asked = connection.client.then((reader) => readPipeline(reader, config.MAPPINGS, Date.now()));
    const [state, causes] = await Promise.all([
      beforeDeadline(asked, within(TIMEOUT_MS, deadline), 'KAFKA', 'the request for offsets'),
      byCause(Date.now()),
    ]);
    return { ...state, deadLettersByCause: causes };
  } catch (error) {
    await connections.end(connection);
    if (error instanceof PipelineError) throw error;
    throw new TransientError('KAFKA', `Kafka gave no offsets: ${(error as Error).name}`, { cause: error });
  }
}
