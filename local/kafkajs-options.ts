import type { KafkaConfig } from 'kafkajs';
import { type KafkaLogin, readAddress } from '#msk';

/**
 * Where kafkajs finds the brokers, and who it is there.
 * @param address `endpoints.kafka` of a stack: with the file of a login, if its brokers ask for a password
 */
export function kafkajsOptions(address: string): Pick<KafkaConfig, 'brokers' | 'ssl' | 'sasl'> {
  const { bootstrapServers, login } = readAddress(address);
  const brokers = bootstrapServers.split(',');
  if (login === undefined) return { brokers };
  const { username, password, ca } = login;
  return {
    brokers,
    ssl: ca === undefined ? true : { ca },
    sasl: { mechanism: 'scram-sha-512', username, password },
  };
}

/**
 * The same for the clients of `lib/kafka/client`.
 * @param address `endpoints.kafka` of a stack
 */
export function clusterAt(address: string): { auth: KafkaLogin | 'none'; bootstrapServers: string } {
  const { bootstrapServers, login } = readAddress(address);
  return { auth: login ?? 'none', bootstrapServers };
}
