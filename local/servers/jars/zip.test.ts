import { readFile } from 'node:fs/promises';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { readZip, writeZip, type ZipEntry, zipEntry } from './zip.ts';

const text = ({ method, packed }: ZipEntry) => (method === 8 ? inflateRawSync(packed) : packed).toString();

describe('a zip archive', () => {
  test('has the files that were written, in the same packed form', async () => {
    const own = await readFile(import.meta.filename);
    const stored = zipEntry('folder/zip.test.ts', own);
    const deflated = { ...stored, name: 'größer.txt', method: 8, packed: deflateRawSync(own) };

    const read = readZip(writeZip([stored, deflated, zipEntry('empty', Buffer.alloc(0))]));

    expect(read.map(({ name, method, size }) => [name, method, size])).toEqual([
      ['folder/zip.test.ts', 0, own.length],
      ['größer.txt', 8, own.length],
      ['empty', 0, 0],
    ]);
    expect(read.map(text)).toEqual([own.toString(), own.toString(), '']);
  });

  test('has the same bytes for the same files', () => {
    const write = () => writeZip([zipEntry('a', Buffer.from('b'))]);

    expect(write().equals(write())).toBe(true);
  });

  test('of other bytes is an error', () => {
    expect(() => readZip(Buffer.from('no archive'))).toThrow('not a zip archive');
  });
});
