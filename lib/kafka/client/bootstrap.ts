import { GetBootstrapBrokersCommand, type GetBootstrapBrokersResponse, KafkaClient } from '@aws-sdk/client-kafka';
import { kafkaAuth, readConfiguration, text } from '../../configuration.ts';
import { PermanentError, type PipelineError, TransientError } from '../../errors.ts';
import { oneAttempt } from '../../stores/call.ts';
import type { KafkaAuth } from './client.ts';

export interface ClusterAddress {
  clusterArn: string;
  auth: KafkaAuth;
}

/** The property of the answer that holds the brokers' addresses, for each kind of authentication. */
const LISTENERS = {
  iam: 'BootstrapBrokerStringSaslIam',
  scram: 'BootstrapBrokerStringSaslScram',
  none: 'BootstrapBrokerString',
} as const satisfies Record<KafkaAuth, keyof GetBootstrapBrokersResponse>;

/** the time limit of a request, in ms */
const TIMEOUT_MS = 5_000;

let known: Promise<string> | undefined;

/**
 * The brokers of the cluster `CLUSTER_ARN` for the authentication `KAFKA_AUTH`: "host:port,host:port". For functions
 * that get no Kafka event, which would hold them. An instance asks once: the addresses don't change, and a Kafka client
 * finds further brokers itself. A failure isn't kept.
 * @throws what {@link askBootstrapBrokers} throws; Error if a variable is missing
 * @example await producer.send(await bootstrapBrokers(), messages, deadline);
 */
export function bootstrapBrokers(): Promise<string> {
  known ??= askAsConfigured().catch((error: unknown) => {
    known = undefined;
    throw error;
  });
  return known;
}

async function askAsConfigured(): Promise<string> {
  const { CLUSTER_ARN, KAFKA_AUTH } = readConfiguration({ CLUSTER_ARN: text, KAFKA_AUTH: kafkaAuth });
  return askBootstrapBrokers({ clusterArn: CLUSTER_ARN, auth: KAFKA_AUTH });
}

/**
 * Calls `kafka:GetBootstrapBrokers` once.
 * @throws PermanentError BOOTSTRAP_REFUSED if another try would fail too: no permission, no such cluster, no such
 * listener; TransientError BOOTSTRAP_BROKERS if the service can't be reached or is too busy
 */
export async function askBootstrapBrokers({ clusterArn, auth }: ClusterAddress): Promise<string> {
  const client = new KafkaClient(oneAttempt);
  try {
    const command = new GetBootstrapBrokersCommand({ ClusterArn: clusterArn });
    const answer = await client.send(command, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
    const brokers = answer[LISTENERS[auth]];
    if (brokers) return brokers;
  } catch (error) {
    throw explained(error, clusterArn);
  } finally {
    client.destroy();
  }
  throw new PermanentError(
    'BOOTSTRAP_REFUSED',
    `cluster ${clusterArn} has no ${LISTENERS[auth]}: KAFKA_AUTH is ${auth}, enable it in ClientAuthentication`,
  );
}

/** The 4xx statuses after which another try may succeed. */
const BUSY = [408, 429];

function explained(error: unknown, clusterArn: string): PipelineError {
  const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  if (status < 400 || status >= 500 || BUSY.includes(status)) {
    const what = [name, $metadata?.httpStatusCode].filter((part) => part !== undefined).join(' ');
    return new TransientError('BOOTSTRAP_BROKERS', `the request for the brokers of ${clusterArn} failed: ${what}`, {
      cause: error,
    });
  }
  return new PermanentError(
    'BOOTSTRAP_REFUSED',
    `Amazon MSK refused the request for the brokers of ${clusterArn}: ${name} ${status}; check CLUSTER_ARN, and that ` +
      "the function's role allows kafka:GetBootstrapBrokers on this cluster",
    { cause: error },
  );
}
