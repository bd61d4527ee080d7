import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Answers } from '../refuse-aws.ts';
import type { KafkaUsers } from './kafka-users.ts';

const request = z.object({ SecretId: z.string() });

/**
 * The local answers of AWS Secrets Manager to `GetSecretValue`: the functions' users. Any other secret is unknown.
 * @param path of the requests. It is a secret too: any program on this machine reaches the endpoint
 */
export function secretAnswers({ secrets }: KafkaUsers, path: string): Answers {
  return {
    [`POST ${path.replace(/\/$/, '')} secretsmanager.GetSecretValue`]: ({ body }) => {
      const { SecretId: ARN } = request.safeParse(body).data ?? { SecretId: '' };
      const found = Object.hasOwn(secrets, ARN) ? secrets[ARN] : undefined;
      if (found === undefined) {
        const message = "Secrets Manager can't find the specified secret.";
        return { status: 400, body: { __type: 'ResourceNotFoundException', Message: message } };
      }
      const { username, password } = found;
      return { status: 200, body: { ARN, SecretString: JSON.stringify({ username, password }) } };
    },
  };
}

/** A path that no other program can guess. */
export const secretPath = (): string => `/${randomBytes(24).toString('base64url')}/`;
