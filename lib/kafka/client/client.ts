import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { readConfiguration, text } from '../../configuration.ts';
import { iamToken } from './iam-token.ts';
import { type ScramUser, scramFromSecret } from './scram.ts';
import './kafkajs-timers.ts';

/**
 * How a client authenticates: with IAM on Amazon MSK, with the password in the secret `KAFKA_SECRET_ARN`, or not at all
 * on a broker without authentication.
 */
export type KafkaAuth = 'iam' | 'scram' | 'none';

/** What each kind of authentication adds to a kafkajs client. */
const security: Record<KafkaAuth, (region: string) => Partial<KafkaConfig>> = {
  none: () => ({}),
  scram: () => ({
    ssl: true,
    sasl: scramFromSecret(readConfiguration({ KAFKA_SECRET_ARN: text }).KAFKA_SECRET_ARN),
  }),
  iam: (region) => ({
    ssl: true,
    sasl: {
      mechanism: 'oauthbearer',
      oauthBearerProvider: async () => ({ value: await iamToken(region) }),
    },
  }),
};

export interface ClientOptions {
  /** a user's password where it is known already, as in the local commands */
  auth: KafkaAuth | ScramUser;
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
    ...securityOf(options.auth),
  });
}

function securityOf(auth: KafkaAuth | ScramUser): Partial<KafkaConfig> {
  if (typeof auth === 'string') return security[auth](process.env['AWS_REGION'] ?? 'us-east-1');
  const { username, password, ca } = auth;
  return { ssl: ca === undefined ? true : { ca }, sasl: { mechanism: 'scram-sha-512', username, password } };
}
