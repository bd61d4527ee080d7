import fc from 'fast-check';
import type { NewObject } from '#lib/stores/objects.ts';
import { KAFKA_TIME, type TestRecord } from '#test/support/msk-event.ts';
import { type MemoryArchive, memoryArchive } from '../archive/archive.fixture.ts';
import { planReplay } from './plan.ts';
import { readBack } from './readback.ts';
import { type ReplayOptions, replay } from './replay.ts';
import type { Selection } from './selection.ts';
import { learnState } from './state.ts';
import { type MemoryTarget, memoryTarget, textsOf } from './target.fixture.ts';

/** Archives records of `orders`, in objects of `size`. */
async function archiveOf(partitions: readonly (readonly TestRecord[])[], size = 3): Promise<MemoryArchive> {
  const archive = memoryArchive();
  for (const [partition, records] of partitions.entries()) {
    let next = 0;
    for (let at = 0; at < records.length; at += size) {
      const own = records.slice(at, at + size).map((record) => ({ topic: 'orders', partition, ...record }));
      await archive.put(own, next);
      next = (own.at(-1)?.offset ?? 0) + 1;
    }
  }
  return archive;
}

/** Records of a partition from offset 0 on, a second apart. */
const numbered = (count: number, from = 0, more: TestRecord = {}): TestRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ offset: from + i, value: { n: from + i }, timestamp: KAFKA_TIME + (from + i) * 1000 },
    ...more,
  }));

interface RunOptions extends Partial<ReplayOptions> {
  archive: MemoryArchive;
  target: MemoryTarget;
  selection?: Selection;
  asNew?: boolean;
}

/** One run of the command. @returns what is different after it, when it is done */
async function run(options: RunOptions) {
  const { archive, target, selection = { topic: 'orders' }, id = 'test', asNew = false, ...more } = options;
  const ranges = await target.ranges();
  const plan = await planReplay(archive, selection, new Map([...ranges].map(([own, { end }]) => [own, end])));
  const state = await learnState({ plan, selection, target, ranges, id, asNew });
  const { signal } = new AbortController();
  const given = { archive, selection, plan, state, target, id };
  const result = await replay({ signal, ...given, ...more });
  return { ...result, state, differences: await readBack(target, result, { mode: state.mode, id }) };
}

const offsetsIn = (target: MemoryTarget, partition = 0) =>
  target.logs.get(partition)?.map(({ value }) => JSON.parse(String(value)).n as number);

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

test('a lost topic gets its records back: bytes, keys, headers, timestamps, offsets', async () => {
  const strange: TestRecord[] = [
    { offset: 0, value: null, key: 'k', timestamp: KAFKA_TIME },
    { offset: 1, value: Buffer.from([0xff, 0]), key: Buffer.from([0x80]), timestamp: -1 },
    {
      offset: 2,
      value: '',
      headerList: [
        { name: 'b', value: null },
        { name: 'a', value: Buffer.from([0xfe]) },
        { name: 'b', value: Buffer.from('') },
      ],
    },
  ];
  const archive = await archiveOf([strange, numbered(7)]);
  const target = memoryTarget('orders', 2);

  const { done, produced, differences, state } = await run({ archive, target });

  expect({ done, produced, differences, mode: state.mode }).toEqual({
    done: true,
    produced: 10,
    differences: [],
    mode: 'fill',
  });
  expect(target.logs.get(0)).toEqual([
    { offset: 0, timestamp: KAFKA_TIME, key: Buffer.from('k'), value: null, headers: [] },
    { offset: 1, timestamp: -1, key: Buffer.from([0x80]), value: Buffer.from([0xff, 0]), headers: [] },
    { offset: 2, timestamp: KAFKA_TIME, key: null, value: Buffer.from(''), headers: strange[2]?.headerList },
  ]);
});

test('a run that is killed anywhere is continued: no record twice, no gap, the same order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(5), fc.nat(12)), { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      async (kills, beside) => {
        const archive = await archiveOf([numbered(20), numbered(9), numbered(14)]);
        const target = memoryTarget(beside ? 'other' : 'orders', 3);
        const others = beside ? [await target.append([{ partition: 1, ...other }])].length : 0;
        for (const [round, stored] of kills) {
          let left = round;
          target.before = () => (left-- > 0 ? undefined : { stored, error: new Error('killed') });
          await run({ archive, target, roundRecords: 5 }).catch(() => undefined);
          if (beside) await target.append([{ partition: 2, ...other }]).catch(() => undefined);
        }
        delete target.before;

        const { done, differences } = await run({ archive, target });

        expect({ done, differences }).toEqual({ done: true, differences: [] });
        const own = (partition: number) => offsetsIn(target, partition)?.filter((n) => n >= 0);
        expect([own(0), own(1), own(2)]).toEqual([upTo(20), upTo(9), upTo(14)]);
        expect(others).toBe(beside ? 1 : 0);
      },
    ),
    { numRuns: Number(process.env['RUNS'] ?? 60) },
  );
});

const other = { timestamp: 1, key: null, value: Buffer.from('{"n":-1}'), headers: [] };

test('a paused run is continued', async () => {
  const archive = await archiveOf([numbered(20)]);
  const target = memoryTarget('orders', 1);
  const pause = new AbortController();
  target.before = () => {
    pause.abort();
    return undefined;
  };

  const paused = await run({ archive, target, rate: 50, signal: pause.signal });
  delete target.before;
  const { done, before, produced } = await run({ archive, target });

  expect(paused.done).toBe(false);
  expect({ done, before, produced }).toEqual({ done: true, before: paused.produced, produced: 20 - paused.produced });
  expect(offsetsIn(target)).toEqual(upTo(20));
});

test('before each slice of time, what reads the target must have read it, also at the begin of a continued run', async () => {
  const hours = (list: readonly number[]) =>
    list.map((hour, n) => ({ offset: n, value: { n }, timestamp: hour * 3_600_000 }));
  const archive = await archiveOf([hours([1, 1, 3]), hours([1, 2, 3, 3])]);
  const target = memoryTarget('orders', 2);
  const produced = () => [...target.logs.values()].reduce((sum, own) => sum + own.length, 0);
  const waited: [number, number[]][] = [];
  const reached = async (ends: ReadonlyMap<number, number>) => {
    waited.push([produced(), [...ends.values()]]);
  };
  const sliceMs = 3_600_000;
  let left = 2;
  target.before = () => (left-- > 0 ? undefined : { stored: 1, error: new Error('killed') });
  await run({ archive, target, reached, sliceMs }).catch(() => undefined);
  expect(waited).toEqual([
    [0, [0, 0]],
    [3, [2, 1]],
    [4, [2, 2]],
  ]);
  delete target.before;
  waited.length = 0;

  await run({ archive, target, reached, sliceMs });

  expect(waited).toEqual([[5, [3, 2]]]);
  expect(produced()).toBe(7);
});

test('beside other records, each record names its first coordinates and the replay; a second run adds nothing', async () => {
  const archive = await archiveOf([numbered(6)]);
  const target = memoryTarget('orders', 1);
  await run({ archive, target });
  const selection = { topic: 'orders', since: KAFKA_TIME + 4_000 };

  const first = await run({ archive, target, selection, asNew: true });
  const second = await run({ archive, target, selection, asNew: true });
  const again = await run({ archive, target, selection, asNew: true, id: 'again' });

  expect([first, second, again].map(({ produced, differences }) => [produced, differences])).toEqual([
    [2, []],
    [0, []],
    [2, []],
  ]);
  expect(offsetsIn(target)).toEqual([...upTo(6), 4, 5, 4, 5]);
  expect(
    target.logs
      .get(0)
      ?.slice(6)
      .map(({ headers }) => textsOf(headers)),
  ).toEqual([
    ['origin=orders-0-4', 'replay=test/4'],
    ['origin=orders-0-5', 'replay=test/5'],
    ['origin=orders-0-4', 'replay=again/4'],
    ['origin=orders-0-5', 'replay=again/5'],
  ]);
});

test('a record that has an origin keeps it, also when it is replayed once more', async () => {
  const headerList = [{ name: 'origin', value: Buffer.from('orders-0-1') }];
  const archive = await archiveOf([numbered(1, 0, { headerList })]);
  const target = memoryTarget('copy', 1);
  await target.append([{ partition: 0, ...other }]);

  const { differences } = await run({ archive, target });

  expect(differences).toEqual([]);
  expect(textsOf(target.logs.get(0)?.at(-1)?.headers ?? [])).toEqual([
    'origin=orders-0-1',
    'origin=orders-0-1',
    'replay=test/0',
  ]);
});

test('a part of the archive goes into an empty topic as it is, and is continued there', async () => {
  const archive = await archiveOf([numbered(12)]);
  const target = memoryTarget('copy', 1);
  const selection = { topic: 'orders', partition: 0, from: 5, untilOffset: 10 };
  target.before = () => ({ stored: 2, error: new Error('killed') });
  await run({ archive, target, selection }).catch(() => undefined);
  delete target.before;

  const { state, before, differences } = await run({ archive, target, selection });

  expect({ mode: state.mode, before, differences }).toEqual({ mode: 'fill', before: 2, differences: [] });
  expect(offsetsIn(target)).toEqual([5, 6, 7, 8, 9]);
});

describe('it refuses', () => {
  test('to restore a topic that has all of its records', async () => {
    const archive = await archiveOf([numbered(3)]);
    const target = memoryTarget('orders', 1);
    await run({ archive, target });
    await target.append([{ partition: 0, ...other }]);

    await expect(run({ archive, target })).rejects.toThrow('orders begins with these records already');
  });

  test('to give records of an outside topic new names in it, but not those of a topic that only functions write to', async () => {
    const archive = await archiveOf([numbered(3)]);
    const target = memoryTarget('orders', 1);
    await run({ archive, target });
    const selection = { topic: 'orders', since: 0 };

    await expect(run({ archive, target, selection })).rejects.toThrow('the stores would take them for new ones');

    const own = await archiveOf([numbered(3, 0, { topic: 'processed-orders' })]);
    const processed = memoryTarget('processed-orders', 1);
    await run({ archive: own, target: processed, selection: { topic: 'processed-orders' } });
    const more = await run({ archive: own, target: processed, selection: { topic: 'processed-orders', since: 0 } });
    expect(more).toMatchObject({ done: true, produced: 3, differences: [] });
  });

  test('a topic that was created again and has other records', async () => {
    const archive = await archiveOf([numbered(3)]);
    const target = memoryTarget('orders', 1);
    await target.append([{ partition: 0, ...other }]);

    await expect(run({ archive, target })).rejects.toThrow('the topic was created again');
  });

  test('to restore a topic whose archive has gaps: its records would get the offsets of others', async () => {
    const archive = await archiveOf([[...numbered(3), ...numbered(3, 5)]]);

    await expect(run({ archive, target: memoryTarget('orders', 1) })).rejects.toThrow(
      "orders can't get its offsets back",
    );
  });

  test('a copy that begins with these records and has others too', async () => {
    const archive = await archiveOf([numbered(3)]);
    const target = memoryTarget('copy', 1);
    await run({ archive, target });
    await target.append([{ partition: 0, ...other }]);

    await expect(run({ archive, target })).rejects.toThrow('use another topic');
  });

  test('a topic with too few partitions', async () => {
    const archive = await archiveOf([numbered(1), numbered(1)]);

    await expect(run({ archive, target: memoryTarget('orders', 1) })).rejects.toThrow('orders has 1 partitions');
  });

  test.each(['a missing', 'a doubled', 'a cut'])(
    'an archive with %s object, before anything is produced',
    async (what) => {
      const archive = await archiveOf([numbered(9)]);
      const keys = [...archive.objects.keys()];
      const [key, object] = [keys[1] as string, archive.objects.get(keys[1] as string)];
      if (what === 'a missing') archive.objects.delete(key);
      else if (what === 'a doubled') archive.objects.set(key.replace('hour=00', 'hour=01'), object as NewObject);
      else
        archive.objects.set(key, { ...(object as NewObject), body: Buffer.from(object?.body.subarray(0, 30) ?? '') });
      const target = memoryTarget('orders', 1);

      await expect(run({ archive, target })).rejects.toThrow(
        /the archive has a fault: .*0-0{19}3\.ndjson\.gz \(offsets 3 to 5\)/,
      );
      expect(offsetsIn(target)).toEqual([]);
    },
  );

  test('an archive whose last object is missing', async () => {
    const archive = await archiveOf([numbered(9)]);
    archive.objects.delete([...archive.objects.keys()].at(-1) as string);
    const checkpoint = async () => 9;

    await expect(planReplay(archive, { topic: 'orders' }, new Map(), checkpoint)).rejects.toThrow('(offsets 6 to 8)');
  });

  test('to go on where somebody else writes', async () => {
    const archive = await archiveOf([numbered(9)]);
    const target = memoryTarget('orders', 1);
    let calls = 0;
    const append = target.append.bind(target);
    target.append = async (records) => {
      if (++calls === 2) await append([{ partition: 0, ...other }]);
      return append(records);
    };

    await expect(run({ archive, target, rate: 50 })).rejects.toThrow('somebody else writes to this topic too');
  });
});

test('what is read back is compared byte for byte: another value, header, timestamp or order is found', async () => {
  const archive = await archiveOf([numbered(5)]);
  const target = memoryTarget('orders', 1);
  const good = await run({ archive, target });
  const [a, b, ...rest] = target.logs.get(0) ?? [];
  if (a === undefined || b === undefined) throw new Error('the target has no records');
  const check = async (records: (typeof a)[]) => {
    target.logs.set(0, records);
    return (await readBack(target, good, { mode: 'fill', id: '' })).length;
  };

  expect(await check([a, b, ...rest])).toBe(0);
  expect(await check([b, a, ...rest])).toBe(1);
  expect(await check([a, ...rest])).toBe(1);
  expect(await check([a, { ...b, value: Buffer.from('x') }, ...rest])).toBe(1);
  expect(await check([a, { ...b, timestamp: 1 }, ...rest])).toBe(1);
  expect(await check([a, { ...b, key: Buffer.from('') }, ...rest])).toBe(1);
  expect(await check([a, { ...b, headers: [{ name: 'h', value: null }] }, ...rest])).toBe(1);
});
