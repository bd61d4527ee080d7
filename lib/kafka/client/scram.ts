import type { Mechanism } from 'kafkajs';
import scram512 from 'kafkajs/src/broker/saslAuthenticator/scram512.js';
import * as z from 'zod';
import { TransientError } from '../../errors.ts';
import { readSecret } from '../../secrets.ts';

/** A user of brokers that ask for a password. */
export interface ScramUser {
  username: string;
  password: string;
  /** The brokers' certificate authority in PEM. Absent if Node.js trusts it already. */
  ca?: string;
}

/** The form that Amazon MSK asks of a secret whose name begins with `AmazonMSK_`. */
const user = z.object({ username: z.string().min(1), password: z.string().min(1) });

const known = new Map<string, Promise<ScramUser>>();

/**
 * Logs in with SCRAM-SHA-512 as the user in a secret. An instance reads the secret when it first connects, and again
 * after a refused login: the password may have been replaced.
 * @param arn of the secret
 */
export function scramFromSecret(arn: string): Mechanism {
  return {
    mechanism: 'scram-sha-512',
    authenticationProvider: (args) => ({
      async authenticate() {
        const found = known.get(arn) ?? userOf(arn);
        known.set(arn, found);
        try {
          await scram512(await found)(args).authenticate();
        } catch (error) {
          if (known.get(arn) === found) known.delete(arn);
          throw error;
        }
      },
    }),
  };
}

async function userOf(arn: string): Promise<ScramUser> {
  const parsed = user.safeParse(asJson(await readSecret(arn)));
  if (parsed.success) return parsed.data;
  throw new TransientError('SECRET', `the secret ${arn} is no JSON with username and password`);
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
