import { readFileSync } from 'node:fs';

/** A user of brokers that ask for a password: by SCRAM-SHA-512, over TLS. */
export interface KafkaLogin {
  username: string;
  password: string;
  /** The certificate authority of the brokers in PEM. Absent if Node.js trusts it already. */
  ca?: string;
}

export interface KafkaAddress {
  /** "host:port,host:port" */
  bootstrapServers: string;
  /** Absent if the brokers ask nobody who he is. */
  login?: KafkaLogin;
  /** The file of the login. */
  file?: string;
}

const separator = '?login=';

/**
 * The address of brokers that ask for a password. It names a file, so that it can be shown, and passed from process to
 * process, like any other address.
 *
 * @param file JSON of a {@link KafkaLogin}, which only its owner may read
 */
export function addressWithLogin(bootstrapServers: string, file: string): string {
  return `${bootstrapServers}${separator}${file}`;
}

/**
 * Reads an address: "host:port,host:port", or the same with `?login=FILE`.
 *
 * @throws Error if the file can't be read
 */
export function readAddress(address: string): KafkaAddress {
  const [bootstrapServers = '', file] = address.split(separator);
  if (file === undefined) return { bootstrapServers };
  return { bootstrapServers, file, login: JSON.parse(readFileSync(file, 'utf8')) as KafkaLogin };
}
