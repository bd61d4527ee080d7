import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { Cluster } from '#msk';
import { EXIT } from '../command.ts';
import { COUNTED_BY_PARTITION, METADATA_MINUTES, type Producing } from './care.ts';

export interface Addition {
  readonly topic: string;
  /** how many partitions the topic is to have */
  readonly count: number;
  /** only say what would be done */
  readonly dryRun: boolean;
  /** don't switch off the function that produces to a topic that is counted by partition */
  readonly anyway: boolean;
  readonly pause: Pause;
  /** ms for which the function stays off afterwards; a test passes its own */
  readonly settleMs?: number;
  /** Ctrl-C */
  readonly signal: AbortSignal;
}

/**
 * Switches a function's mapping off, and resolves when nothing of it is in flight.
 * @returns switches it on again; undefined where it was off before
 */
export type Pause = (producing: Producing, signal: AbortSignal) => Promise<Resume | undefined>;
type Resume = () => Promise<void>;

const READY_MS = 15_000;
const POLL_MS = 200;

/**
 * Adds partitions to a topic. Where the topic is counted by partition, the function that produces to it is switched off
 * meanwhile, and until each of its instances knows the new partitions.
 * @returns the exit code
 */
export async function addPartitions(admin: Admin, cluster: Cluster, addition: Addition): Promise<number> {
  const { topic, count, dryRun, anyway, signal } = addition;
  const producing = anyway ? undefined : COUNTED_BY_PARTITION[topic];
  if (dryRun) {
    console.log(`${topic} would get ${count} partitions; nothing was changed`);
    if (producing !== undefined)
      console.log(`${producing.function} would be switched off for ${METADATA_MINUTES} min; its records wait`);
    return EXIT.ok;
  }
  if (signal.aborted) throw new Error('stopped; nothing was changed');
  if (producing === undefined) {
    await create(admin, cluster, topic, count);
    return EXIT.ok;
  }
  return await whilePaused(admin, cluster, addition, producing);
}

async function whilePaused(
  admin: Admin,
  cluster: Cluster,
  { topic, count, pause, settleMs = METADATA_MINUTES * 60_000, signal }: Addition,
  producing: Producing,
): Promise<number> {
  const { function: name, from } = producing;
  const resume = await pause(producing, signal);
  console.log(`${name} is switched off: nothing is in flight, and records wait in ${from}`);
  try {
    await create(admin, cluster, topic, count);
  } catch (error) {
    await resume?.();
    throw error;
  }
  const until = new Date(Date.now() + settleMs).toLocaleTimeString('en-GB');
  const reason = `until then an instance of ${name} may know the old partitions only`;
  if (resume === undefined) {
    console.log(`${name} was off before. Don't switch it on before ${until}: ${reason}`);
    return EXIT.ok;
  }
  console.log(`${name} stays off until ${until}: ${reason}`);
  await sleep(settleMs, undefined, { signal }).catch(() => {});
  if (signal.aborted) {
    console.error(`${name} is still off. Not before ${until}: npm run mappings -- start ${name} ${from}`);
    return EXIT.failed;
  }
  await resume();
  console.log(`${name} is switched on again`);
  return EXIT.ok;
}

async function create(admin: Admin, cluster: Cluster, topic: string, count: number): Promise<void> {
  await admin.createPartitions({ topicPartitions: [{ topic, count }] });
  await areServed(cluster, topic, count);
  console.log(`${topic} has ${count} partitions`);
}

/** Waits until each partition has a leader that answers. */
async function areServed(cluster: Cluster, topic: string, count: number): Promise<void> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    const ends = await cluster.offsetsAt(topic, 'end').catch(() => new Map<number, number>());
    if (ends.size >= count) return;
    if (Date.now() > deadline) throw new Error(`the partitions of ${topic} are added, but not all have a leader yet`);
    await sleep(POLL_MS);
  }
}
