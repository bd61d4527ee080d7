import { createHash, X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';

/**
 * A Java trust store of the certificate authorities that this machine trusts: the system's, and those of
 * NODE_EXTRA_CA_CERTS. A Java that isn't the system's own doesn't trust a company's proxy without it.
 */
export function machineTrustStore(): Buffer {
  return trustStore([...new Set((['system', 'extra', 'bundled'] as const).flatMap((kind) => getCACertificates(kind)))]);
}

const MAGIC = 0xfeedfeed;
const VERSION = 2;
const TRUSTED_CERTIFICATE = 2;
/** Java's default password for trust stores. It protects nothing; the digest at the end needs it. */
const PASSWORD = 'changeit';

/**
 * A trust store in the JKS format (sun.security.provider.JavaKeyStore), which every Java reads.
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
