import { fromEnv } from '@aws-sdk/credential-provider-env';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';

/**
 * Signs requests that no client of the SDK sends, with the credentials of the function's role.
 * @param service the service's name in signatures, for example `kafka-cluster`
 */
export function signer(service: string, region: string): SignatureV4 {
  return new SignatureV4({ service, region, credentials: fromEnv(), sha256: Sha256 });
}
