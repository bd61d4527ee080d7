import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { iamToken } from './iam-token.ts';
import './kafkajs-timers.ts';

/** How a client authenticates: with IAM on Amazon MSK, or not at all on a broker without authentication. */
export type KafkaAuth = 'iam' | 'none';

/** What each kind of authentication adds to a kafkajs client. */
const security: Record<KafkaAuth, (region: string) => Partial<KafkaConfig>> = {
  none: () => ({}),
  iam: (region) => ({
    ssl: true,
    sasl: {
      mechanism: 'oauthbearer',
      oauthBearerProvider: async () => ({ value: await iamToken(region) }),
    },
  }),
};

export interface ClientOptions {
  auth: KafkaAuth;
  clientId: string;
  /** "host:port,host:port", as an MSK event's `bootstrapServers` */
  bootstrapServers: string;
  /** ms for connecting and for one request */
  timeoutMs: number;
}

/**
 * A kafkajs client that never retries by itself. A failed request may still have taken effect, and only the caller
 * knows whether repeating it is right.
 */
export function kafkaClient(options: ClientOptions): Kafka {
  return new Kafka({
    clientId: options.clientId,
    brokers: options.bootstrapServers.split(','),
    connectionTimeout: options.timeoutMs,
    authenticationTimeout: options.timeoutMs,
    requestTimeout: options.timeoutMs,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
    ...security[options.auth](process.env['AWS_REGION'] ?? 'us-east-1'),
  });
}
