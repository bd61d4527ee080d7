import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaOf } from '#local/deploy/servers.ts';
import { startBroker } from '#test/support/broker.ts';
import { createSchema, query, REFERENCE, startDatabase } from '#test/support/database.ts';
import type { Measured } from '../benchmark.ts';
import { ownProcess } from '../own-process.ts';
import { reading } from './cases.ts';
import { connectWithJdbc } from './connect.ts';
import { environment } from './environment.ts';
import type { Cost, Load } from './load.ts';

const ROWS = 200_000;
const BATCH = 5_000;
const WARM_UP = 4;
/** Records of a request: below the topic's `max.message.bytes`. */
const SENT = 1_000;
const TABLE = 'readings_of_connect';
const WAIT_MS = 60_000;

/**
 * The RDS sink and Kafka Connect with Debezium's JDBC sink write the same readings into the same PostgreSQL: the sink
 * through the local Data API and from events, Connect through JDBC and from Kafka.
 */
export async function besideConnect(
  module: string,
  folder: string,
  scale: number,
  signal: AbortSignal,
): Promise<Measured> {
  const batches = Math.max(2, Math.round((ROWS * scale) / BATCH));
  const rows = batches * BATCH;
  const [broker, database] = await Promise.all([startBroker(['readings']), startDatabase()]);
  try {
    const postgres = database.postgres().endpoint;
    await createSchema(postgres);
    await query(postgres, `CREATE TABLE ${TABLE} (LIKE readings INCLUDING ALL)`);
    const load: Load = { name: 'RDS Data API, readings', module, batch: BATCH, warmUp: WARM_UP, batches };
    const env = { ...process.env, ...environment(database.dataApi.endpoint), DATABASE_NAME: REFERENCE.database };
    const ours = await ownProcess<Load, Cost>(join(import.meta.dirname, 'feed.ts'), load, {
      env: { ...env, DATABASE_ARN: REFERENCE.resourceArn, DATABASE_SECRET_ARN: REFERENCE.secretArn },
      signal,
    });
    const count = async (table: string) =>
      Number((await query(postgres, `SELECT count(*) FROM ${table}`))[0]?.['count']);
    const stored = await count('readings');

    const theirs = await runConnect();
    const all = rows + WARM_UP * BATCH;
    const wrong = stored === all ? [] : [`the RDS sink has stored ${stored} of ${all} rows`];
    const rate = { unit: 'rows/s', better: 'higher' } as const;
    const cpu = { unit: 'ms of CPU a record', better: 'lower' } as const;
    const [sink, connect] = ['RDS sink into PostgreSQL', "Kafka Connect's JDBC sink into PostgreSQL"] as const;
    return {
      figures: [
        { ...rate, name: sink, rounds: [(rows / ours.ms) * 1_000] },
        { ...rate, name: connect, rounds: [(theirs.rows / theirs.ms) * 1_000] },
        { ...cpu, name: sink, rounds: [ours.cpuMs / rows] },
        { ...cpu, name: connect, rounds: [theirs.cpuMs / theirs.rows] },
      ],
      wrong,
    };

    /** The time from a tenth of the rows to the last: Connect's start isn't measured. */
    async function runConnect(): Promise<{ rows: number; ms: number; cpuMs: number }> {
      await produce(broker.endpoint, rows);
      const options = {
        folder: join(folder, 'connect'),
        brokers: broker.endpoint,
        postgres,
        topic: 'readings',
        table: TABLE,
      };
      const connect = await connectWithJdbc(options);
      await connect.start();
      try {
        const pid = connect.process?.pid ?? 0;
        const first = await atLeast(rows / 10);
        const cpuBefore = await cpuOf(pid);
        const last = await atLeast(rows);
        return { rows: last.count - first.count, ms: last.at - first.at, cpuMs: (await cpuOf(pid)) - cpuBefore };
      } finally {
        await connect.stop();
      }
    }

    async function atLeast(least: number): Promise<{ count: number; at: number }> {
      for (const end = performance.now() + WAIT_MS; performance.now() < end; await sleep(50, undefined, { signal })) {
        const found = await count(TABLE);
        if (found >= least) return { count: found, at: performance.now() };
      }
      throw new Error(`Kafka Connect has not written ${least} rows within ${WAIT_MS / 1_000} s`);
    }
  } finally {
    await Promise.all([broker.stop(), database.stop()]);
  }
}

const COLUMNS = {
  ...{ source: 'string', vehicle_id: 'string', event_time: 'string', latitude: 'double', longitude: 'double' },
  ...{ speed: 'double', fuel_level: 'double', temperature: 'double' },
  ...{ distance_remaining_km: 'double', estimated_arrival: 'string' },
};

/** Writes the rows of the readings, with their schema, which the connector needs. */
async function produce(brokers: string, rows: number): Promise<void> {
  const fields = Object.entries(COLUMNS).map(([field, type]) => ({ field, type, optional: true }));
  const schema = { type: 'struct', name: 'reading', optional: false, fields };
  const producer = kafkaOf({ kafka: brokers }, 'bench').producer();
  await producer.connect();
  for (let from = 0; from < rows; from += SENT) {
    const messages = Array.from({ length: SENT }, (_, n) => {
      const { headers, value } = reading(from + n);
      const own = value as Record<string, unknown>;
      const payload = {
        ...{ source: headers?.['source'], vehicle_id: own['vehicleId'], event_time: own['timestamp'] },
        ...{ latitude: own['latitude'], longitude: own['longitude'], speed: own['speed'] },
        ...{ fuel_level: own['fuelLevel'], temperature: own['temperature'] },
        distance_remaining_km: own['distanceRemainingKm'] ?? null,
        estimated_arrival: own['estimatedArrival'] ?? null,
      };
      return { value: JSON.stringify({ schema, payload }) };
    });
    await producer.send({ topic: 'readings', messages });
  }
  await producer.disconnect();
}

const TICK_MS = 10;

/** CPU time of a process, in ms (Linux: utime and stime of proc(5), in ticks of 10 ms). */
async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [utime = 0, stime = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (utime + stime) * TICK_MS;
}
