import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mskEvent } from '#msk';
import { createFleet } from '#proof/fleet/load/fleet.ts';
import { createRandom } from '#proof/load/random.ts';
import { encode } from '#proof/logins/load/encoding.ts';
import { createLogins } from '#proof/logins/load/login.ts';
import { createOrders } from '#proof/orders/load/order.ts';

/** The largest event of Lambda. */
const EVENT_BYTES = 6 * 1_024 * 1_024;
const PARTITIONS = 3;
const CLUSTER = 'arn:aws:kafka:us-east-1:000000000000:cluster/bench/1';
const START = Date.UTC(2026, 0, 1);
/** Of the logins in Glue's framing. */
const SCHEMA_VERSION = '11111111-2222-4333-8444-555555555555';

/** How the records of a workload differ from the usual ones. */
export interface Shape {
  /** number of vehicles, or of products; orders have the catalogue's by default */
  keys?: number;
  /** headers of a record: 1, as the local producers send it */
  headers?: number;
  /** bytes of a field that the function doesn't know */
  unknownBytes?: number;
}

interface Made {
  key: string;
  value: Buffer;
  /** number of messages that the record must become, for each topic */
  becomes: Record<string, number>;
}

type Source = (shape: Shape) => (time: number) => Made;

const VEHICLES = 200;

function json(value: object, unknownBytes = 0): Buffer {
  return Buffer.from(JSON.stringify(unknownBytes > 0 ? { ...value, unknown: 'x'.repeat(unknownBytes) } : value));
}

/** topic -> its records, as the local run's generator makes them */
const SOURCES = {
  'raw-data-topic': ({ keys = VEHICLES, unknownBytes }) => {
    const fleet = createFleet({ seed: 7, vehicles: VEHICLES, start: START });
    const random = createRandom(7);
    return (time) => {
      const { reading, alerts } = fleet.next(time);
      const vehicleId = keys === VEHICLES ? reading.vehicleId : `V${String(random.below(keys)).padStart(7, '0')}`;
      const becomes = { 'processed-data-topic': 1, 'alerts-topic': alerts.length };
      return { key: vehicleId, value: json({ ...reading, vehicleId }, unknownBytes), becomes };
    };
  },
  orders: ({ keys, unknownBytes }) => {
    const next = createOrders({ seed: 7 });
    const random = createRandom(7);
    return (time) => {
      const { order } = next(time);
      const product_id = keys === undefined ? order.product_id : `P${String(random.below(keys)).padStart(5, '0')}`;
      return {
        key: order.order_id,
        value: json({ ...order, product_id }, unknownBytes),
        becomes: { 'processed-orders': 1 },
      };
    };
  },
  /** Half of them in JSON, half in Avro with Glue's framing. */
  'user-login': () => {
    const next = createLogins({ seed: 7 });
    const random = createRandom(7);
    return (time) => {
      const login = next(time);
      const encoding = random.chance(0.5) ? 'json' : 'glue';
      const value = encode(
        encoding,
        login,
        { glue: SCHEMA_VERSION, glueProcessed: SCHEMA_VERSION, confluent: undefined },
        random,
      );
      return { key: login.device_id ?? '', value, becomes: { 'user-login-processed': 1 } };
    };
  },
} satisfies Record<string, Source>;

export type Topic = keyof typeof SOURCES;

export interface Workload {
  topic: Topic;
  /** records of an event */
  batch: number;
  /** number of events */
  events: number;
  shape?: Shape;
  brokers?: string;
}

export interface Written {
  file: string;
  records: number;
  /** number of messages that the records must become, for each topic */
  becomes: Record<string, number>;
  /** size of the largest event */
  bytes: number;
}

/** Writes the events of a workload, one a line. @throws Error if an event is larger than Lambda's largest */
export async function writeWorkload(file: string, workload: Workload): Promise<Written> {
  const { topic, batch, events, shape = {}, brokers = 'b-1.bench:9098' } = workload;
  const next = (SOURCES[topic] as Source)(shape);
  const written: Written = { file, records: 0, becomes: {}, bytes: 0 };
  const out = createWriteStream(file);
  for (let event = 0; event < events; event += 1) {
    const partitions = Array.from({ length: Math.min(PARTITIONS, batch) }, (_, partition) => ({
      topic,
      partition,
      records: Array.from({ length: Math.ceil((batch - partition) / PARTITIONS) }, (_none, i) => {
        const time = START + written.records * 5;
        const { key, value, becomes } = next(time);
        for (const [to, count] of Object.entries(becomes)) written.becomes[to] = (written.becomes[to] ?? 0) + count;
        written.records += 1;
        return { offset: event * batch + i, timestamp: time, key: Buffer.from(key), value, headers: headersOf(shape) };
      }),
    }));
    const line = JSON.stringify(mskEvent(CLUSTER, brokers, partitions));
    if (line.length > EVENT_BYTES) throw new Error(`${file}: an event of ${line.length} B, over ${EVENT_BYTES} B`);
    written.bytes = Math.max(written.bytes, line.length);
    out.write(`${line}\n`);
  }
  out.end();
  await once(out, 'finish');
  return written;
}

/** The first is the one of the local producers. */
function headersOf({ headers = 1 }: Shape) {
  return Array.from({ length: headers }, (_, i) => ({
    name: i === 0 ? 'generated' : `header-${i}`,
    value: Buffer.from('load-1767225600000/123456'),
  }));
}
