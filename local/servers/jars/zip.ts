import { crc32 } from 'node:zlib';

/** A file in a zip archive, in its packed form. A jar is a zip archive. */
export interface ZipEntry {
  readonly name: string;
  /** 0: the bytes are not packed; 8: deflated. */
  readonly method: number;
  readonly crc: number;
  /** Unpacked bytes. */
  readonly size: number;
  readonly packed: Buffer;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
/** 1 January 1980, the format's first day. A constant, so that the same files make the same archive. */
const DATE = 0x0021;
const UTF8 = 0x0800;

/** An entry that is not packed: a JVM reads such a jar fastest. */
export function zipEntry(name: string, bytes: Buffer): ZipEntry {
  return { name, method: 0, crc: crc32(bytes), size: bytes.length, packed: bytes };
}

/**
 * The entries of an archive, by its central directory (PKWARE's APPNOTE, 4.3.12). Not for archives over 4 GB.
 * @throws RangeError where the bytes are no zip archive
 */
export function readZip(zip: Buffer): ZipEntry[] {
  const end = zip.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  if (end < 0) throw new RangeError('not a zip archive: it has no central directory');
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as number[];
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    entries.push({
      name: zip.toString('utf8', at + 46, at + 46 + (nameLength as number)),
      method: zip.readUInt16LE(at + 10),
      crc: zip.readUInt32LE(at + 16),
      size: zip.readUInt32LE(at + 24),
      packed: zip.subarray(start, start + zip.readUInt32LE(at + 20)),
    });
    at += 46 + (nameLength as number) + (extra as number) + (comment as number);
  }
  return entries;
}

/** An archive of these entries, in this order. */
export function writeZip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(VERSION, 0);
    shared.writeUInt16LE(UTF8, 2);
    shared.writeUInt16LE(entry.method, 4);
    shared.writeUInt16LE(DATE, 8);
    shared.writeUInt32LE(entry.crc, 10);
    shared.writeUInt32LE(entry.packed.length, 14);
    shared.writeUInt32LE(entry.size, 18);
    shared.writeUInt16LE(name.length, 22);
    files.push(numbers(LOCAL), shared, name, entry.packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(numbers(CENTRAL), Buffer.from([VERSION, 0]), shared, tail, name);
    offset += 30 + name.length + entry.packed.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(18);
  for (const place of [4, 6]) end.writeUInt16LE(entries.length, place);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, ...directory, numbers(END), end]);
}

function numbers(value: number): Buffer {
  const four = Buffer.alloc(4);
  four.writeUInt32LE(value);
  return four;
}
