import { GetBootstrapBrokersCommand, type GetBootstrapBrokersResponse, KafkaClient } from '@aws-sdk/client-kafka';
import { kafkaAuth, readConfiguration, text } from '../../configuration.ts';
import { PermanentError, type PipelineError, TransientError } from '../../errors.ts';
import { oneAttempt } from '../../stores/call.ts';
import type { KafkaAuth } from './client.ts';

export interface ClusterAddress {
  clusterArn: string;
  auth: KafkaAuth;
}

/** Which of the answer's strings is the listener of each kind of authentication. */
const LISTENERS = {
  iam: 'BootstrapBrokerStringSaslIam',
  none: 'BootstrapBrokerString',
} as const satisfies Record<KafkaAuth, keyof GetBootstrapBrokersResponse>;

/** ms that one question may take */
const TIMEOUT_MS = 5_000;

let known: Promise<string> | undefined;

/**
 * The brokers of the cluster `CLUSTER_ARN`, as `KAFKA_AUTH` reaches them, for a function without a Kafka event, which
 * would tell: "host:port,host:port". Asked for once per instance: they stay, and a client learns of further brokers by
 * itself. A failure isn't kept.
 * @throws what {@link askBootstrapBrokers} throws; Error where a variable is missing
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
 * `kafka:GetBootstrapBrokers`, one attempt.
 * @throws PermanentError BOOTSTRAP_REFUSED where the answer would be the same again: no right to ask, no such cluster,
 * no listener of that kind; TransientError BOOTSTRAP_BROKERS where the service can't be reached or is too busy
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
    `cluster ${clusterArn} has no ${LISTENERS[auth]}: KAFKA_AUTH is ${auth}, so enable that in its ClientAuthentication`,
  );
}

/** Statuses that are about this moment, not about the question. */
const BUSY = [408, 429];

function explained(error: unknown, clusterArn: string): PipelineError {
  const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  if (status < 400 || status >= 500 || BUSY.includes(status)) {
    const what = [name, $metadata?.httpStatusCode].filter((part) => part !== undefined).join(' ');
    return new TransientError('BOOTSTRAP_BROKERS', `Amazon MSK did not tell the brokers of ${clusterArn}: ${what}`, {
      cause: error,
    });
  }
  return new PermanentError(
    'BOOTSTRAP_REFUSED',
    `Amazon MSK refuses to tell the brokers of ${clusterArn}: ${name} ${status}; check CLUSTER_ARN, and that the ` +
      "function's role allows kafka:GetBootstrapBrokers on it",
    { cause: error },
  );
}
