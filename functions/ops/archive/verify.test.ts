import { readFileSync } from 'node:fs';
import type { NewObject } from '#lib/stores/objects.ts';
import type { TestRecord } from '#test/support/msk-event.ts';
import { type MemoryArchive, memoryArchive } from './archive.fixture.ts';
import type { Span } from './chain.ts';
import { EXPIRING, type Log, verifyTopic } from './verify.ts';

const numbered = (from: number, count: number, more: TestRecord = {}): TestRecord[] =>
  Array.from({ length: count }, (_, i) => ({ topic: 'orders', offset: from + i, value: { n: from + i }, ...more }));

/** A log of one partition. @param count how many records it has in the archive's gaps */
const logOf = (start: number, end: number, count = 0): Log => ({
  ranges: async () => new Map([[0, { start, end }]]),
  count: async () => count,
});

const verify = (archive: MemoryArchive, log: Log, { checkpoint = 0, topic = 'orders' } = {}) =>
  verifyTopic(topic, { archive, log, checkpoint: async () => checkpoint, waitMs: 0 });

/** An archive of offsets 0 to 8 in three objects. */
async function threeObjects() {
  const archive = memoryArchive();
  const keys = [];
  for (const from of [0, 3, 6]) keys.push(await archive.put(numbered(from, 3)));
  return { archive, keys: keys as [string, string, string] };
}

test('an archive that holds its log has no fault', async () => {
  const { archive } = await threeObjects();

  const report = await verify(archive, logOf(0, 9), { checkpoint: 9 });

  expect(report.faults).toEqual([]);
  expect(report.notes).toEqual([]);
  expect(report.lives).toMatchObject([{ epoch: 0, partitions: [{ partition: 0, objects: 3, records: 9, end: 9 }] }]);
});

test('a missing object is named with its offsets', async () => {
  const { archive, keys } = await threeObjects();
  archive.objects.delete(keys[1]);

  const { faults } = await verify(archive, logOf(0, 9), { checkpoint: 9 });

  const text =
    'orders/dt=…/hour=…/0-00000000000000000003.ndjson.gz (offsets 3 to 5): there is no object with these offsets';
  expect(faults).toEqual([{ kind: 'missing', text }]);
});

test('a missing last object is known from the checkpoint, also when the topic is gone', async () => {
  const { archive, keys } = await threeObjects();
  archive.objects.delete(keys[2]);

  const report = await verify(archive, { ranges: async () => undefined, count: async () => 0 }, { checkpoint: 9 });

  expect(report.faults).toMatchObject([{ kind: 'missing', text: expect.stringContaining('offsets 6 to 8') }]);
  expect(report.notes).toEqual(['the cluster has no topic orders: its archive was compared with no log']);
});

test('a doubled object is named with its offsets, and the object that has them too', async () => {
  const { archive, keys } = await threeObjects();
  const copy = keys[1].replace('hour=00', 'hour=01');
  archive.objects.set(copy, archive.objects.get(keys[1]) as NewObject);

  const { faults } = await verify(archive, logOf(0, 9), { checkpoint: 9 });

  expect(faults).toContainEqual({
    kind: 'doubled',
    text: `${copy} (offsets 3 to 5): ${keys[1]} has these offsets too`,
  });
  expect(faults).toContainEqual({
    kind: 'different',
    text: `${copy} (offsets 3 to 5): its first record belongs to another hour than the one in its key`,
  });
});

test('a cut object is named with the offsets that its metadata say', async () => {
  const { archive, keys } = await threeObjects();
  const { body, ...rest } = archive.objects.get(keys[1]) as NewObject;
  archive.objects.set(keys[1], { ...rest, body: body.subarray(0, body.length - 10) });

  const { faults } = await verify(archive, logOf(0, 9), { checkpoint: 9 });

  expect(faults).toEqual([{ kind: 'cut', text: `${keys[1]} (offsets 3 to 5): it is cut, or is not gzip` }]);
});

test("an object whose metadata don't fit its records is named", async () => {
  const { archive, keys } = await threeObjects();
  const { metadata, ...rest } = archive.objects.get(keys[1]) as NewObject;
  archive.objects.set(keys[1], { ...rest, metadata: { ...metadata, count: '2' } });

  const { faults } = await verify(archive, logOf(0, 9), { checkpoint: 9 });

  expect(faults).toMatchObject([{ kind: 'different', text: expect.stringContaining('has 3 records') }]);
});

test('an object that the archive did not write is named', async () => {
  const { archive, keys } = await threeObjects();
  archive.objects.set('orders/notes.txt', archive.objects.get(keys[0]) as NewObject);

  const { faults } = await verify(archive, logOf(0, 9), { checkpoint: 9 });

  expect(faults).toEqual([{ kind: 'different', text: 'orders/notes.txt: the archive makes no such key' }]);
});

test('records that are not archived in time are a fault, and so is an archive that is ahead of its topic', async () => {
  const { archive } = await threeObjects();

  expect((await verify(archive, logOf(0, 12), { checkpoint: 9 })).faults).toEqual([
    { kind: 'behind', text: 'orders-0: offsets 9 to 11 of the topic are not archived yet' },
  ]);
  expect((await verify(archive, logOf(0, 2), { checkpoint: 9 })).faults).toMatchObject([
    {
      kind: 'ahead',
      text: expect.stringContaining('the archive reaches offset 8, but the topic ends before offset 2'),
    },
  ]);
});

test('what retention or compaction removed is named, and is no fault', async () => {
  const archive = memoryArchive();
  await archive.put(numbered(2, 2), 0);
  await archive.put(numbered(6, 2), 4);

  const { faults, notes } = await verify(archive, logOf(3, 8), { checkpoint: 8 });

  expect(faults).toEqual([]);
  expect(notes).toEqual([
    'orders-0: retention has removed offsets 0 to 2 from the topic',
    'orders-0: 4 offsets have no record: compaction, retention, or markers of transactions',
  ]);
});

test('a gap is a fault if the topic has records there, and only what the topic still holds is compared', async () => {
  const archive = memoryArchive();
  await archive.put(numbered(2, 2), 0);
  await archive.put(numbered(6, 2), 4);
  const asked: Span[] = [];
  const log: Log = {
    ...logOf(1, 8),
    count: async (_topic, _partition, spans) => {
      asked.push(...spans);
      return 2;
    },
  };

  const { faults } = await verify(archive, log, { checkpoint: 8 });

  expect(asked).toEqual([
    { from: 1, to: 2 },
    { from: 4, to: 6 },
  ]);
  expect(faults).toEqual([
    { kind: 'missing', text: 'orders-0: 2 records of the topic are in no object, among offset 1, offsets 4 to 5' },
  ]);
});

test('objects that expired are named, and are no fault', async () => {
  const archive = memoryArchive();
  await archive.put(numbered(5, 2, { topic: 'user-login' }));

  const report = await verify(archive, logOf(5, 7), { checkpoint: 7, topic: 'user-login' });

  expect(report.faults).toEqual([]);
  expect(report.notes[0]).toBe("user-login-0: offsets 0 to 4 expired in the archive, as the bucket's rules say");
});

test("the topics that expire are those of the bucket's rules", () => {
  const rules = readFileSync(new URL('../../../resources/stores/archive-rules.cjs', import.meta.url), 'utf8');
  expect([...rules.matchAll(/^ {2}'?([\w-]+)'?: \{ Id: /gm)].map(([, topic]) => topic)).toEqual(EXPIRING);
});
