import { signer } from '../../signer.ts';

/** Amazon MSK accepts no longer time. A broker checks the token when a client connects. */
const EXPIRES_SECONDS = 900;

/**
 * A token for IAM on Amazon MSK: a presigned URL, as its own library makes it (aws-msk-iam-sasl-signer-js). That library
 * also brings the client of STS and the credentials of every other place: 130 KB, and a tenth of a function's import.
 */
export async function iamToken(region: string): Promise<string> {
  const hostname = `kafka.${region}.amazonaws.com`;
  const { query = {} } = await signer('kafka-cluster', region).presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: 'kafka-cluster:Connect' },
      headers: { host: hostname },
    },
    { expiresIn: EXPIRES_SECONDS },
  );
  const signed = new URLSearchParams(query as Record<string, string>);
  signed.set('User-Agent', 'msk-lambda-pipeline');
  return Buffer.from(`https://${hostname}/?${signed.toString()}`).toString('base64url');
}
