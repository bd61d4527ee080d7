import { Cluster } from '#msk';
import type { AlertSample } from '../fleet/facts.ts';
import { ALERTS } from '../fleet/places.ts';
import { readLog } from '../readback/log-reader.ts';
import { headerOf } from '../world.ts';
import type { Watch } from './watch.ts';

/**
 * Reads alerts-topic from now on and notes when each alert arrives, as a consumer that notifies people would.
 *
 * The latency is `arrived` minus the raw record's Kafka timestamp, which the report later finds by `source`. This
 * machine's clock gives both. The reader shares its process with the generator and waits for the generator's work.
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
    // The report tells where samples are missing.
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
