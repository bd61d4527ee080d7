import { createHash, X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';

/**
 * The authorities that this machine trusts (the system's, and those that NODE_EXTRA_CA_CERTS adds) as a trust store of
 * Java's: a Java that isn't the system's own knows nothing of a company's proxy.
 */
export function machineTrustStore(): Buffer {
  return trustStore([...new Set((['system', 'extra', 'bundled'] as const).flatMap((kind) => getCACertificates(kind)))]);
}

const MAGIC = 0xfeedfeed;
const VERSION = 2;
const TRUSTED_CERTIFICATE = 2;
/** Java's own password for its trust stores: it guards nothing, and is needed for the digest at the end. */
const PASSWORD = 'changeit';

/**
 * A trust store in the format JKS, as sun.security.provider.JavaKeyStore reads it: every Java takes it, by any name.
 * @param certificates in PEM
 */
export function trustStore(certificates: readonly string[]): Buffer {
  const entries = certificates.map((pem, index) => {
    const { raw } = new X509Certificate(pem);
    return Buffer.concat([
      number(TRUSTED_CERTIFICATE),
      text(`ca${index}`),
      Buffer.alloc(8),
      text('X.509'),
      number(raw.length),
      raw,
    ]);
  });
  const store = Buffer.concat([number(MAGIC), number(VERSION), number(entries.length), ...entries]);
  const password = Buffer.from(PASSWORD, 'utf16le').swap16();
  const digest = createHash('sha1').update(password).update('Mighty Aphrodite').update(store).digest();
  return Buffer.concat([store, digest]);
}

function number(value: number): Buffer {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(value);
  return four;
}

function text(value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  return Buffer.concat([length, Buffer.from(value)]);
}
