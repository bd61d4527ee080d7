import { setTimeout as sleep } from 'node:timers/promises';
import type { MappingState } from '../contract.ts';
import type { MskEvent } from '../polling/event.ts';
import type { EventSourceMapping } from '../polling/event-source-mapping.ts';
import { eventually } from './eventually.ts';
import {
  committed,
  connect,
  createTopic,
  disconnect,
  numbered,
  produce,
  startMapping,
  stopAll,
  texts,
} from './kafka.ts';

const ROUND = 100;
const PARTITIONS = [0, 1, 2];

beforeAll(connect);
afterEach(stopAll);
afterAll(disconnect);

/** Produces to each partition, round after round, until it is stopped. @returns its stop: how many rounds there were */
function load(topic: string): () => Promise<number> {
  let on = true;
  let rounds = 0;
  const producing = (async () => {
    for (; on; rounds += 1) {
      const first = rounds * ROUND;
      await produce(
        topic,
        PARTITIONS.flatMap((partition) => numbered(partition, first, ROUND)),
      );
      await sleep(20);
    }
  })();
  return async () => {
    on = false;
    await producing;
    return rounds;
  };
}

async function untilState(mapping: EventSourceMapping, state: MappingState): Promise<void> {
  await eventually(() => mapping.state === state, { what: state, seen: () => mapping.status });
}

describe('switching', () => {
  test('a mapping that is switched off under load invokes nothing, and after its start handles each record once', async () => {
    const topic = await createTopic(PARTITIONS.length);
    const events: MskEvent[] = [];
    const handle = async (event: MskEvent) => {
      await sleep(15);
      events.push(event);
    };
    const mapping = startMapping(topic, handle, { batchSize: 50 });
    await untilState(mapping, 'Enabled');
    const endLoad = load(topic);
    let rounds: number;
    const lagOf = async () => {
      await mapping.poller.refreshPositions();
      return mapping.status.metrics.SumOffsetLag ?? 0;
    };
    try {
      for (let pause = 0; pause < 2; pause += 1) {
        const before = events.length;
        await eventually(() => events.length > before + 10, { what: 'invocations under load' });
        expect(mapping.switch(false)).toBe(true);
        expect(mapping.switch(true)).toBe(false);
        await untilState(mapping, 'Disabled');

        // What was in flight is committed.
        const handled = texts(events).length;
        expect(Object.values(await committed(mapping.mapping.group, topic)).reduce((a, b) => a + b, 0)).toBe(handled);
        const lag = await lagOf();
        await eventually(async () => (await lagOf()) > lag + 5 * ROUND, { what: 'a lag that grows' });
        expect(texts(events)).toHaveLength(handled);

        expect(mapping.switch(true)).toBe(true);
        await untilState(mapping, 'Enabled');
      }
    } finally {
      rounds = await endLoad();
    }
    await eventually(async () => (await lagOf()) === 0, { what: 'no lag', seen: () => mapping.status });
    const each = Array.from({ length: rounds * ROUND }, (_, index) => String(index));
    // In order within each partition, none missing, none twice.
    for (const partition of PARTITIONS) expect(texts(events, partition)).toEqual(each);
    expect(mapping.status.metrics.CommittedEventCount).toBe(PARTITIONS.length * each.length);
  });

  test('a mapping is not Disabled before its batch in flight has ended', async () => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 3));
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const mapping = startMapping(topic, () => {
      begun.resolve();
      return gate.promise;
    });
    await begun.promise;
    expect(mapping.switch(false)).toBe(true);
    await sleep(500);
    expect(mapping.state).toBe('Disabling');
    gate.resolve();
    await untilState(mapping, 'Disabled');

    expect(await committed(mapping.mapping.group, topic)).toEqual({ 0: 3 });
  });
});
