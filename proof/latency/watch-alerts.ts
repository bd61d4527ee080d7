import { Cluster } from '#msk';
import { readLog } from '../readback/log-reader.ts';
import { ALERTS } from '../topics.ts';
import { headerOf } from '../world.ts';

/** An alert that arrived at a consumer. */
export interface AlertSample {
  /** the alert's `source`: `raw-data-topic-<partition>-<offset>/<kind>` */
  source: string;
  /** ms since the epoch */
  arrived: number;
}

export interface Watch<T> {
  /** how many samples there are by now */
  seen(): number;
  /** Ends the watching, leaves nothing behind, and gives what was seen. */
  stop(): Promise<T[]>;
}

/**
 * Reads alerts-topic from now on and notes when each alert arrives: what a person who is told of alerts would see.
 *
 * The latency is `arrived` minus the raw record's own Kafka timestamp, found afterwards by `source` in what is read
 * back. Both clocks are this machine's. The reader shares its process with the generator, whose work it waits for.
 *
 * @param options.brokers `127.0.0.1:9092,…`
 */
export async function watchAlerts({ brokers }: { brokers: string }): Promise<Watch<AlertSample>> {
  const samples: AlertSample[] = [];
  const cluster = new Cluster(brokers);
  const from = await cluster.offsetsAt(ALERTS, 'end');
  await cluster.disconnect();
  const reader = readLog({
    brokers,
    topic: ALERTS,
    from,
    took: (_, records) => {
      const arrived = Date.now();
      for (const record of records) {
        const source = headerOf(record, 'source');
        if (source !== undefined) samples.push({ source, arrived });
      }
      return true;
    },
    // What is missed makes the report say that an alert was not seen.
    failed: () => {},
  });
  return {
    seen: () => samples.length,
    async stop() {
      await reader.stop();
      return samples;
    },
  };
}
