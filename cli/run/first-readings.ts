import { setTimeout as sleep } from 'node:timers/promises';
import type { MappingStatus } from '#msk';

const FLEET = ['raw-data-topic', 'raw-data-dlq', 'processed-data-topic', 'alerts-topic'];
const POLL_MS = 100;
/** ms after which the load begins in any case. */
const BOUND_MS = 10_000;

/**
 * Waits until the fleet's mappings have handled the first readings. By then the functions have connected to the brokers
 * and stores, their code and that of the servers is partly compiled, and OpenSearch has its index.
 *
 * @param mappings the latest states of all mappings
 * @param readings the number of first readings
 */
export async function firstReadingsHandled(mappings: () => readonly MappingStatus[], readings: number): Promise<void> {
  for (const deadline = Date.now() + BOUND_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    const own = mappings().filter(({ topic }) => FLEET.includes(topic));
    const raw = own.filter(({ topic }) => topic === 'raw-data-topic');
    const isRead = raw.every(({ metrics }) => metrics.CommittedEventCount >= readings);
    if (isRead && own.every(({ metrics }) => metrics.SumOffsetLag === 0)) return;
  }
}
