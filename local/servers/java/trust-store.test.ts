import { createHash } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { trustStore } from './trust-store.ts';

describe('a trust store for Java', () => {
  test.each([0, 1, 3])(
    'of %i certificates has the magic number, version and count, the certificates and the digest',
    (count) => {
      const store = trustStore(rootCertificates.slice(0, count));

      expect([0, 4, 8].map((at) => store.readUInt32BE(at))).toEqual([0xfeedfeed, 2, count]);
      for (const pem of rootCertificates.slice(0, count)) {
        const der = Buffer.from(pem.split('\n').slice(1, -1).join(''), 'base64');
        expect(store.includes(der)).toBe(true);
      }
      const password = Buffer.from('changeit', 'utf16le').swap16();
      const digest = createHash('sha1').update(password).update('Mighty Aphrodite').update(store.subarray(0, -20));
      expect(store.subarray(-20)).toEqual(digest.digest());
    },
  );
});
