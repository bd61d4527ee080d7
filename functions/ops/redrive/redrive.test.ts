import fc from 'fast-check';
import type { StoredRecord } from '#lib/kafka/client/topic-reader.ts';
import { redriveOf } from '#lib/kafka/redrive.ts';
import { plenty } from '#test/support/deadlines.ts';
import type { Ask } from './ask.ts';
import { type MemoryTopics, memoryTopics } from './memory-topics.fixture.ts';
import { newId, planRedrive, type Readers, type RedriveOptions } from './plan.ts';
import { runRedrive } from './run.ts';
import { redriveService } from './service.ts';

const SINKS = ['insertIntoRds', 'upsertIntoDynamodb'];
const readers: Readers = new Map([
  ['orders', new Set(['processOrder'])],
  ['demo_topic', new Set(SINKS)],
  ['trips-topic', new Set(SINKS)],
]);
const by = { by: 'processOrder', topic: 'orders-dlq' };
const CODE = 'UNKNOWN_PRODUCT';

function serviceOf(topics: MemoryTopics, settledMs = 0): Ask {
  const { reader, producer } = topics;
  const service = redriveService({ reader, producer, bootstrapServers: '', settledMs });
  return (action, request) => service[action](request, plenty);
}

/** Orders in three partitions, each with its dead letter. */
function dead(topics: MemoryTopics, count: number, code = CODE): StoredRecord[] {
  return Array.from({ length: count }, (_, n) => {
    const content = { key: `k${n}`, value: `v${n}`, headers: [{ name: 'own', value: `h${n}` }] };
    const record = topics.append('orders', n % 3, content);
    topics.refuse(record, { ...by, code, partition: Math.floor(n / 3) % 3 });
    return record;
  });
}

const plan = (topics: MemoryTopics, options: Partial<RedriveOptions> = {}) =>
  planRedrive(serviceOf(topics), { topic: 'orders-dlq', filter: {}, ...options }, readers);

async function redrive(topics: MemoryTopics, options: Partial<RedriveOptions> = {}) {
  return runRedrive(serviceOf(topics), await plan(topics, options), { rate: 1e6 });
}

const redriven = (topics: MemoryTopics) =>
  topics.records('orders').flatMap((record) => {
    const how = redriveOf({ ...record, header: (name) => textOf(record, name) });
    return how ? [{ ...how, record }] : [];
  });
const textOf = ({ headers }: StoredRecord, name: string) =>
  headers.findLast((header) => header.name === name)?.value?.toString();

test('each record goes back to its partition, in its order, with its bytes and headers and those of the redrive', async () => {
  const topics = memoryTopics();
  const originals = dead(topics, 10);

  expect(await redrive(topics)).toMatchObject({ sent: 10, refused: 0, stopped: false });

  const sent = redriven(topics);
  expect(sent.map(({ origin }) => origin)).toEqual(
    originals
      .map(({ topic, partition, offset }) => ({ topic, partition, offset }))
      .toSorted((a, b) => a.partition - b.partition || a.offset - b.offset),
  );
  for (const { origin, attempt, record, for: name } of sent) {
    const original = originals.find((own) => own.partition === origin.partition && own.offset === origin.offset);
    expect({ key: record.key, value: record.value }).toEqual({ key: original?.key, value: original?.value });
    expect(record.headers.slice(0, 1)).toEqual(original?.headers);
    expect({ attempt, name, headers: record.headers.length }).toEqual({ attempt: 1, name: 'processOrder', headers: 6 });
  }
});

test('only the chosen dead letters go', async () => {
  const topics = memoryTopics();
  dead(topics, 3, 'SCHEMA');
  dead(topics, 4);
  const [first] = topics.records('orders-dlq');
  const { partition = -1, offset = -1, timestamp = 0 } = first ?? {};

  const count = async (filter: RedriveOptions['filter']) => (await plan(topics, { filter })).letters.length;
  expect(await count({ codes: ['SCHEMA'] })).toBe(3);
  expect(await count({ codes: ['SCHEMA', CODE], functions: ['processOrder'], sources: ['orders'] })).toBe(7);
  expect(await count({ functions: ['aggregateOrders'] })).toBe(0);
  expect(await count({ sources: ['processed-orders'] })).toBe(0);
  expect(await count({ partition, offsets: [offset, offset] })).toBe(1);
  expect(await count({ since: timestamp + 1 })).toBe(6);
  expect(await count({ until: timestamp + 1 })).toBe(1);
});

test('a dry run sends nothing', async () => {
  const topics = memoryTopics();
  dead(topics, 5);
  await plan(topics);
  expect(topics.records('orders')).toHaveLength(5);
});

/** A send is stored or not, and answered or not. */
const outcomes = ['stored', 'stored, but not answered', 'lost'] as const;

test('whatever sends are lost or not answered, and whenever it is killed and resumed, each record is sent once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...outcomes), { maxLength: 5 }),
      fc.integer({ min: 1, max: 20 }),
      fc.boolean(),
      async (faults, count, kills) => {
        const faulty = [...faults];
        const topics = memoryTopics((_, store) => {
          const outcome = faulty.shift() ?? 'stored';
          if (outcome !== 'lost') store();
          if (outcome !== 'stored') throw new Error('killed');
        });
        dead(topics, count);
        const id = newId();
        const ask = serviceOf(topics);
        // A kill: nothing but the id is known to the next run.
        let done = false;
        for (let run = 0; !done && run < 20; run += 1) {
          const own = await planRedrive(ask, { topic: 'orders-dlq', filter: {}, id }, readers);
          const once: Ask = async (action, request) => {
            if (action === 'send' && killed) throw new Error('killed');
            return ask(action, request).catch((error: unknown) => {
              killed = kills;
              throw error;
            });
          };
          let killed = false;
          const stop = new AbortController();
          const progress = () => killed && stop.abort();
          const { stopped } = await runRedrive(once, own, {
            rate: 1e6,
            page: 4,
            signal: stop.signal,
            progress,
            pauseMs: 0,
          });
          done = !stopped;
        }
        const names = redriven(topics).map(({ letter }) => letter);
        expect(names).toHaveLength(count);
        expect(new Set(names).size).toBe(count);
      },
    ),
    { numRuns: 60 },
  );
});

test('a request that a broker stores after its client gave it up is waited for', async () => {
  let late = 1;
  const stored = Promise.withResolvers<void>();
  const topics = memoryTopics((_, store) => {
    if (late-- <= 0) return store();
    setTimeout(() => {
      store();
      stored.resolve();
    }, 20);
    throw new Error('no answer');
  });
  dead(topics, 5);

  const done = await runRedrive(serviceOf(topics, 100), await plan(topics), { rate: 1e6, pauseMs: 0 });

  await stored.promise;
  expect(done).toMatchObject({ sent: 5, stopped: false });
  expect(redriven(topics)).toHaveLength(5);
});

test('a record that failed again goes once, by its last dead letter, which counts its attempts', async () => {
  const topics = memoryTopics();
  dead(topics, 1);
  for (const attempt of [1, 2, 3]) {
    expect(await redrive(topics)).toMatchObject({ sent: 1, total: 1 });
    const last = redriven(topics).at(-1);
    expect(last).toMatchObject({ attempt, origin: { offset: 0 } });
    topics.refuse(last?.record as StoredRecord, { ...by, code: CODE });
  }

  const refused = await plan(topics);
  expect(refused).toMatchObject({
    letters: [],
    superseded: 3,
    refused: [{ why: 'it was redriven 3 times (--force)' }],
  });
  expect((await plan(topics, { force: true })).letters).toHaveLength(1);
});

test('a redrive never sends what it has sent itself and what failed again', async () => {
  const topics = memoryTopics();
  dead(topics, 2);
  const id = newId();
  await redrive(topics, { id });
  for (const { record } of redriven(topics)) topics.refuse(record, { ...by, code: CODE });

  expect((await redrive(topics, { id })).sent).toBe(2);
  expect(redriven(topics)).toHaveLength(2);
});

test('a redrive takes no records of another redrive for its own', async () => {
  const topics = memoryTopics();
  dead(topics, 2);
  const id = newId();
  await redrive(topics);
  await redrive(topics, { id });

  expect(redriven(topics).filter((own) => own.id === id)).toHaveLength(2);
});

test('a dead letter that was cut is completed from its topic, or refused by name', async () => {
  const topics = memoryTopics();
  const value = Buffer.alloc(3_000, 'x');
  for (const key of ['gone', 'between', 'compacted', 'kept']) {
    const record = topics.append('orders', 0, { key, value, headers: [] });
    topics.refuse(record, { ...by, partition: 0, fits: 1_000 });
  }
  topics.remove('orders', 0, (offset) => offset === 0 || offset === 2);

  const { refusals, sent } = await redrive(topics);

  expect(refusals).toEqual(
    [0, 2].map((offset) => ({
      letter: `orders-dlq-0-${offset}`,
      why: expect.stringMatching(new RegExp(`^it is cut \\(.+\\), and orders-0-${offset} is no longer in its topic$`)),
    })),
  );
  expect(sent).toBe(2);
  expect(redriven(topics).map(({ record: { key } }) => String(key))).toEqual(['between', 'kept']);
  expect(redriven(topics)[1]?.record.value).toEqual(value);
});

test('a record of a compacted topic goes only if that is forced; one of a function that reads no such topic never', async () => {
  const topics = memoryTopics();
  const trip = topics.append('trips-topic', 0, { key: 'V1', value: '{', headers: [] });
  topics.refuse(trip, { by: 'insertIntoRds', topic: 'raw-data-dlq' });
  topics.refuse(trip, { by: 'insertIntoOracle', topic: 'raw-data-dlq' });
  const whys = async (force: boolean) =>
    (await plan(topics, { topic: 'raw-data-dlq', force })).refused.map(({ why }) => why);

  expect(await whys(false)).toEqual([
    expect.stringMatching(/^trips-topic is compacted/),
    'no function insertIntoOracle reads trips-topic (any more)',
  ]);
  expect(await whys(true)).toEqual(['no function insertIntoOracle reads trips-topic (any more)']);
});

test('a record that may have given results goes only if that is forced, unless it goes to a store', async () => {
  const topics = memoryTopics();
  topics.refuse(topics.append('orders', 0, { key: 'k', value: 'v', headers: [] }), { ...by, code: 'TOO_LARGE' });
  const generic = topics.append('demo_topic', 0, { key: 'k', value: 'v', headers: [] });
  topics.refuse(generic, { by: 'upsertIntoDynamodb', topic: 'orders-dlq', code: 'TOO_LARGE' });
  const whys = async (force: boolean) => (await plan(topics, { force })).refused.map(({ why }) => why);

  expect(await whys(false)).toEqual(['it may have given results, which would come twice (--force)']);
  expect(await whys(true)).toEqual([]);
});

test('a cut letter of a redriven record counts its attempts; a record without room for the headers is refused', async () => {
  const topics = memoryTopics();
  const many = Array.from({ length: 997 }, () => ({ name: 'h', value: null }));
  const value = Buffer.alloc(3_000);
  for (const headers of [[], many]) {
    topics.refuse(topics.append('orders', 0, { key: 'k', value, headers }), { ...by, partition: 0, fits: 1_000 });
  }
  expect((await redrive(topics)).refusals.map(({ why }) => why)).toEqual([
    'with the headers of a redrive it has over 1000',
  ]);
  const [first] = redriven(topics);
  topics.refuse(first?.record as StoredRecord, { ...by, partition: 0, fits: 1_000 });

  expect(await redrive(topics)).toMatchObject({ sent: 1, total: 2 });
  expect(redriven(topics)[1]).toMatchObject({ attempt: 2, origin: { offset: 0 } });
  expect(redriven(topics)[1]?.record.headers).toHaveLength(5);
});

test('retention that removes letters meanwhile is no failure: they are named', async () => {
  const topics = memoryTopics();
  dead(topics, 3);
  const own = await plan(topics);
  const [letter] = topics.records('orders-dlq');
  topics.remove('orders-dlq', letter?.partition ?? 0, (offset) => offset === letter?.offset);

  const { sent, refusals } = await runRedrive(serviceOf(topics), own, { rate: 1e6 });

  expect({ sent, whys: refusals.map(({ why }) => why) }).toEqual({ sent: 2, whys: ['it is no longer in its topic'] });
});
