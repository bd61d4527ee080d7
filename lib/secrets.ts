import * as z from 'zod';
import { TransientError } from './errors.ts';
import { signer } from './signer.ts';

const TIMEOUT_MS = 5_000;
const answered = z.object({ SecretString: z.string() });

/**
 * Reads a secret of AWS Secrets Manager once. The SDK's client would be 200 KB in each bundle, for this one call.
 * `AWS_ENDPOINT_URL_SECRETS_MANAGER` is another address of the service, as for the SDK.
 * @throws TransientError SECRET: no record is at fault. The message has no part of the secret
 */
export async function readSecret(arn: string): Promise<string> {
  const region = arn.split(':')[3] ?? '';
  const { AWS_ENDPOINT_URL_SECRETS_MANAGER: other } = process.env;
  const url = new URL(other ?? `https://secretsmanager.${region}.amazonaws.com/`);
  const signed = await signer('secretsmanager', region).sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.GetSecretValue',
    },
    body: JSON.stringify({ SecretId: arn }),
  });
  const { status, text } = await post(url, signed.headers, String(signed.body), arn);
  const found = status === 200 ? answered.safeParse(JSON.parse(text)) : undefined;
  if (found?.success) return found.data.SecretString;
  throw new TransientError(
    'SECRET',
    `Secrets Manager answered ${status} for ${arn}: check that the secret exists and holds a text, and that the ` +
      "function's role allows secretsmanager:GetSecretValue on it, and kms:Decrypt on its key",
  );
}

async function post(url: URL, headers: Record<string, string>, body: string, arn: string) {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    throw new TransientError('SECRET', `Secrets Manager did not answer for ${arn}`, { cause });
  }
}
