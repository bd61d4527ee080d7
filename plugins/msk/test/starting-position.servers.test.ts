import { eachOnce } from '../conformance/judge/delivery.ts';
import {
  called,
  committed,
  connect,
  createTopic,
  disconnect,
  done,
  numbered,
  produce,
  start,
  stopAll,
  texts,
  until,
  untilCommitted,
} from './kafka.ts';

beforeAll(connect);
afterEach(stopAll);
afterAll(disconnect);

describe('starting position', () => {
  const begin = async (settings: Parameters<typeof start>[2]) => {
    const topic = await createTopic(1);
    await produce(topic, [
      { partition: 0, value: 'old', timestamp: '1700000000000' },
      { partition: 0, value: 'middle', timestamp: '1700000005000' },
    ]);
    const run = start(topic, () => {}, settings);
    const begun = async () => run.events.length > 0 || (await committed(run.group, topic))[0] !== -1;
    await until(run, 'a first batch, or a committed offset', begun);
    await produce(topic, [{ partition: 0, value: 'new' }]);
    await until(run, 'the new record', () => texts(run.events).includes('new'));
    return texts(run.events);
  };

  test('TRIM_HORIZON reads all records', async () => {
    expect(await begin({ startingPosition: { at: 'TRIM_HORIZON' } })).toEqual(['old', 'middle', 'new']);
  });

  test('LATEST reads the records that arrive after the start', async () => {
    expect(await begin({ startingPosition: { at: 'LATEST' } })).toEqual(['new']);
  });

  test('AT_TIMESTAMP reads from this time on', async () => {
    const startingPosition = { at: 'AT_TIMESTAMP', timestamp: 1700000001000 } as const;

    expect(await begin({ startingPosition })).toEqual(['middle', 'new']);
  });

  test('a group’s committed offsets take precedence', async () => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 2));
    const first = start(topic, () => {});
    await done(first, 2);
    await stopAll();
    await produce(topic, numbered(0, 2, 2));
    const second = start(topic, () => {}, { startingPosition: { at: 'LATEST' } });
    await done(second, 2);

    expect(eachOnce(await second.seen(), { 0: ['2', '3'] })).toEqual([]);
  });

  test('LATEST does not skip a failed first record at the next start', async () => {
    const topic = await createTopic(1);
    const settings = { startingPosition: { at: 'LATEST' } } as const;
    const first = start(topic, () => Promise.reject(new Error('down')), settings);
    await untilCommitted(first, topic, { 0: 0 });
    await produce(topic, numbered(0, 0, 2));
    await called(first, 1);
    await stopAll();
    const second = start(topic, () => {}, settings);
    await done(second, 2);

    expect(texts(second.events)).toEqual(['0', '1']);
  });
});
