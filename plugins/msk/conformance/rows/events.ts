import { eachOnce, equal, inOrder } from '../judge/delivery.ts';
import { committedInTheEnd } from '../judge/failures.ts';
import { delivered, type Seen } from '../seen/seen.ts';
import { numbered, type Row, request, texts } from './row.ts';

/** Records with such old timestamps would be deleted. */
const KEEP = { 'retention.ms': '-1' };
const DAY_MS = 24 * 60 * 60_000;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const HEADERS: [string, string | null][] = [
  ['b', base64('1')],
  ['a', 'AID/'],
  ['b', base64('3')],
  ['empty', ''],
  ['none', null],
];
const recordIn = (topic: string) => ({
  topic,
  partition: 0,
  offset: 0,
  timestamp: 1_700_000_000_000,
  timestampType: 'CREATE_TIME',
  key: base64('k'),
  value: 'AID/',
  headers: [{ h: [-128, 127] }],
});
const first = (seen: Seen) => delivered(seen)[0];

export const eventRows: Row[] = [
  {
    id: 'event',
    rule: 'the event: source, ARN, brokers, groups of records, header bytes, null values',
    topicConfigs: KEEP,
    before: [request({ key: 'k', bytes: 'AID/', headers: [['h', 'gH8=']], timestamp: 1_700_000_000_000 })],
    judge(seen, { cluster }) {
      const [invocation] = seen.invocations;
      const { text: _, ...record } = first(seen) ?? { text: null };
      return [
        ...equal('eventSource', invocation?.source, 'aws:kafka'),
        ...equal('eventSourceArn', invocation?.arn, cluster),
        ...equal(
          'bootstrapServers is a list of host:port',
          /^[^,\s]+:\d+(,[^,\s]+:\d+)*$/.test(invocation?.brokers ?? ''),
          true,
        ),
        ...equal('groups of records', invocation?.groups, [`${seen.topic}-0`]),
        ...equal('the record', sorted(record), sorted(recordIn(seen.topic))),
      ];
    },
  },
  {
    id: 'null-key',
    rule: "a record without a key has no `key`; a tombstone's value is null",
    before: [request({ value: 'no key' }, { key: 'deleted', value: null })],
    judge(seen) {
      const [none, tombstone] = delivered(seen);
      return [
        ...equal('key of a record without a key', none?.key, undefined),
        ...equal('key of a tombstone', tombstone?.key, base64('deleted')),
        ...equal('value of a tombstone', tombstone?.text, null),
      ];
    },
  },
  {
    id: 'append-time',
    rule: "the timestamp is the producer's or the broker's, as the topic is configured",
    topicConfigs: { 'message.timestamp.type': 'LogAppendTime' },
    before: [request({ value: 'x', timestamp: 1_700_000_000_000 })],
    judge(seen) {
      const { timestampType, timestamp = 0 } = first(seen) ?? {};
      const recent = Math.abs(Date.now() - timestamp) < DAY_MS;
      return [
        ...equal('timestampType', timestampType, 'LOG_APPEND_TIME'),
        ...equal('time of the append', recent, true),
      ];
    },
  },
  {
    id: 'headers',
    rule: 'headers keep their order; a header without a value is an empty object',
    before: [request({ value: 'x', headers: HEADERS })],
    judge: (seen) =>
      equal('headers', first(seen)?.headers, [{ b: [49] }, { a: [0, -128, -1] }, { b: [51] }, { empty: [] }, {}]),
  },
  {
    id: 'codecs',
    rule: 'records of each codec are read: gzip, snappy, lz4, zstd',
    before: (['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const).map((codec, at) => ({
      codec,
      sends: numbered(0, at * 5, 5),
    })),
    judge: (seen) => [...eachOnce(seen, { 0: texts(0, 25) }), ...inOrder(seen)],
  },
  {
    id: 'transactions',
    rule: 'records of an aborted transaction are not read, and markers are skipped (`read_committed`)',
    before: [
      { ends: 'commit', sends: numbered(0, 0, 2) },
      { ends: 'abort', sends: [{ value: 'aborted' }] },
      { ends: 'commit', sends: numbered(0, 2, 1) },
    ],
    // Four records and three markers.
    judge: (seen) => [...eachOnce(seen, { 0: texts(0, 3) }), ...committedInTheEnd(seen, { 0: 7 })],
  },
];

/** Properties in the order of their names: their order has no meaning. */
const sorted = (value: object) => Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
