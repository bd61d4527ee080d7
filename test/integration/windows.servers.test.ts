import fc from 'fast-check';
import { dynamodbWindows } from '#lib/windows/dynamodb-store.ts';
import {
  expected,
  faults,
  LATER,
  type LogOrder,
  largest,
  logs,
  Model,
  partitionsOf,
  sizes,
} from '#lib/windows/model.fixture.ts';
import { openWindows } from '#lib/windows/open-windows.ts';
import { WindowState } from '#lib/windows/state/state.ts';
import type { Fault } from '#test/support/faulty-calls.ts';
import { plenty } from '../support/deadlines.ts';
import { startTables, type TestTables } from '../support/servers.ts';

const RETENTION = 1_000;

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables?.stop());

let made = 0;
async function newTable() {
  made += 1;
  const table = await tables.create(`windows-${made}`, 'id:S');
  return { table, store: dynamodbWindows({ client: tables.client, table, retentionSeconds: RETENTION }) };
}

const deadline = () => plenty;
const packed = (...offsets: number[]) => {
  const state = new WindowState();
  for (const offset of offsets) state.apply({ productId: 'p', cents: 1, at: 0, raw: 'orders-0', offset });
  return state.pack();
};

describe('the table', () => {
  const key = { start: 60_000, partition: 2, bucket: 1 };

  test('writes a state only if the version is the one that was read', async () => {
    const { store } = await newTable();
    const write = (over: number, ...offsets: number[]) => store.writeState(key, packed(...offsets), over, deadline());

    expect(await store.readStates([key], deadline())).toEqual([undefined]);
    expect([await write(0, 1), await write(0, 2), await write(1, 1, 3), await write(1, 4)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    const [state] = await store.readStates([key], deadline());
    expect(state?.version).toBe(2);
    expect(Buffer.from(state?.offsets ?? [])).toEqual(packed(1, 3).offsets);
    const [products] = await store.readProducts([key, { ...key, bucket: 7 }], deadline());
    expect(Buffer.from(products ?? [])).toEqual(packed(1, 3).products);
  });

  test('writes progress only if the version is the one that was read', async () => {
    const { store } = await newTable();
    const progress = {
      streamTime: -5,
      closedThrough: Number.NEGATIVE_INFINITY,
      forgottenThrough: 60_000,
      open: [0, 60_000],
      touchedAt: 7,
    };
    const write = (over: number) => store.writeProgress(3, { ...progress, version: over + 1 }, over, deadline());

    expect([await write(0), await write(0), await write(1), await write(1)]).toEqual([true, false, true, false]);
    expect(await store.readProgress(3, deadline())).toEqual({ ...progress, version: 2 });
  });

  test('keeps the first number of buckets, every partition, and a head for longer than its states', async () => {
    const { store, table } = await newTable();
    const before = Date.now() / 1_000;
    await Promise.all([2, 0, 5].map((partition) => store.join(60_000, partition, 4, deadline())));
    const head = await store.join(60_000, 2, 9, deadline());
    await store.writeState(key, packed(1), 0, deadline());

    expect(head).toMatchObject({ buckets: 4, partitions: [0, 2, 5] });
    expect(await store.readHeads([0, 60_000], deadline())).toEqual([undefined, head]);
    expect(head.expiresAt - before).toBeGreaterThanOrEqual(2 * RETENTION - 1);
    const state = (await tables.items(table)).find((item) => item['id']?.S === 'state#60#2#1');
    expect(Number(state?.['expiresAt']?.N) - before).toBeLessThan(RETENTION + 60);
  });

  test('reads hundreds of states in one call, in the order of the keys', async () => {
    const { store } = await newTable();
    const keys = Array.from({ length: 250 }, (_, bucket) => ({ ...key, bucket }));
    await Promise.all(keys.map((own) => store.writeState(own, packed(own.bucket), 0, deadline())));

    const states = await store.readStates(keys, deadline());

    expect(states.map((state) => Buffer.from(state?.offsets ?? []))).toEqual(
      keys.map(({ bucket }) => packed(bucket).offsets),
    );
  });

  test('counts the open windows', async () => {
    const { store, table } = await newTable();
    const open = (partition: number, ...windows: number[]) =>
      store.writeProgress(
        partition,
        { version: 1, streamTime: 0, closedThrough: 0, forgottenThrough: 60_000, open: windows, touchedAt: 0 },
        0,
        deadline(),
      );
    await Promise.all([store.register(0, deadline()), store.register(4, deadline()), open(0, 0, 60_000), open(4, 0)]);

    expect(await openWindows(tables.client, table)).toBe(3);
  });
});

const pollAll = (model: Model, log: readonly LogOrder[], batches: readonly number[], crashes = true) =>
  Promise.all(partitionsOf(log).map((own) => model.poll(own, batches, crashes)));

function expectExact(model: Model, log: readonly LogOrder[]): void {
  const { results, late } = expected(log, model.rules);
  expect(largest(model.produced)).toEqual(results);
  expect(model.refused).toEqual(late);
}

test('the largest results are exact with two workers at once, any faults, and the schedule in between', async () => {
  await fc.assert(
    fc.asyncProperty(
      logs({ minutes: 14, partitions: 3, orders: 20 }),
      sizes,
      sizes,
      faults,
      fc.integer({ min: 1, max: 3 }),
      async (log, one, other, plan, buckets) => {
        const { store, table } = await newTable();
        const model = new Model(store, { faultOf: (call) => plan[call] ?? 'none' });
        model.buckets = buckets;
        const schedule = async () => {
          for (let i = 0; i < 4; i += 1) await model.schedule();
        };
        await Promise.all([pollAll(model, log, one), pollAll(model, log, other, false), schedule()]);
        await model.settle();
        await model.drain();
        expectExact(model, log);
        expect(await openWindows(tables.client, table)).toBe(0);
      },
    ),
    { numRuns: 25 },
  );
}, 600_000);

test.each<Fault>(['before', 'after', 'late'])(
  'the results are exact if any one call fails (%s)',
  async (fault) => {
    const log: LogOrder[] = [5, 50, 62, 20, 135, 61, 1_000, 300].map((second, i) => ({
      partition: i % 2,
      productId: `product-${i % 3}`,
      cents: 100 + i,
      at: second * 1_000,
      raw: 'orders-0',
      offset: i,
    }));
    const play = async (faultOf: (call: number) => Fault) => {
      const model = new Model((await newTable()).store, { faultOf });
      for (const own of partitionsOf(log)) await model.poll(own, [2, 1]);
      await model.settle();
      await model.schedule(LATER);
      await model.settle();
      await model.drain();
      expectExact(model, log);
      return model.calls;
    };
    const calls = await play(() => 'none');
    expect(calls).toBeGreaterThan(30);
    for (let failing = 0; failing < calls; failing += 1) await play((call) => (call === failing ? fault : 'none'));
  },
  180_000,
);
