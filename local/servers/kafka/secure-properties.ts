import type { KafkaLogin } from '#msk';
import { COMMON_NAME, type Security } from './security.ts';

const MECHANISM = 'SCRAM-SHA-512';

/**
 * What a broker's `server.properties` has in a secured run. Clients and brokers log in with a password; controllers,
 * which must trust brokers before these know any password, ask for the brokers' certificate.
 */
export function securedBroker({ keyStore, keyStorePassword, caFile, broker, tools }: Security): Record<string, string> {
  return {
    'listener.security.protocol.map': 'SASL_SSL:SASL_SSL,CONTROLLER:SSL',
    'inter.broker.listener.name': 'SASL_SSL',
    'sasl.enabled.mechanisms': MECHANISM,
    'sasl.mechanism.inter.broker.protocol': MECHANISM,
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': jaas(broker),
    'listener.name.controller.ssl.client.auth': 'required',
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': keyStore,
    'ssl.keystore.password': keyStorePassword,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': caFile,
    // As for IAM on AWS, what isn't allowed is refused. Functions get their ACLs when the template is deployed.
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'false',
    'super.users': [broker.username, tools.username, `CN=${COMMON_NAME}`].map((name) => `User:${name}`).join(';'),
  };
}

/** The properties of a Java client that is the user `tools`. @param prefix as `consumer.` of a Kafka Connect */
export function securedClient({ tools, caFile }: Security, prefix = ''): Record<string, string> {
  const own = {
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': MECHANISM,
    'sasl.jaas.config': jaas(tools),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': caFile,
  };
  return Object.fromEntries(Object.entries(own).map(([name, value]) => [`${prefix}${name}`, value]));
}

/** The arguments of Kafka's formatting tool that create the users who must exist before the first login. */
export function firstUsers({ broker, tools }: Security): string[] {
  return [broker, tools].flatMap(({ username, password }) => [
    '--add-scram',
    `${MECHANISM}=[name=${username},password=${password}]`,
  ]);
}

const jaas = ({ username, password }: KafkaLogin) =>
  `org.apache.kafka.common.security.scram.ScramLoginModule required username="${username}" password="${password}";`;
