import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { Cluster } from '#msk';
import { EXIT } from '../command.ts';
import { COUNTED_BY_PARTITION, METADATA_MINUTES, stepsFor } from './care.ts';
import { totalOf, unrest } from './quiet.ts';

export interface Addition {
  readonly topic: string;
  /** how many partitions the topic is to have */
  readonly count: number;
  /** only say whether it would be done */
  readonly dryRun: boolean;
  /** also while the function that produces to a topic that is counted by partition has something in flight */
  readonly anyway: boolean;
  /** Ctrl-C */
  readonly signal: AbortSignal;
}

const READY_MS = 15_000;
const POLL_MS = 200;

/**
 * Adds partitions to a topic, where that is safe, and says what to do afterwards.
 * @returns the exit code
 * @throws Error if a function that must be quiet isn't
 */
export async function addPartitions(admin: Admin, cluster: Cluster, addition: Addition): Promise<number> {
  const { topic, count, dryRun, anyway, signal } = addition;
  const producing = COUNTED_BY_PARTITION[topic];
  const before = producing && (await totalOf(cluster, producing.from));
  if (producing !== undefined && !anyway) {
    const why = await unrest(cluster, producing);
    if (why !== undefined)
      throw new Error(
        `refused, because ${why}, and ${topic} is counted by partition. A local mapping can't be paused: stop the load ` +
          `of ${producing.from} and try again, or give --anyway. On a stage:\n` +
          stepsFor(producing, `add the partitions of ${topic}`).join('\n'),
      );
  }
  if (dryRun) {
    console.log(`${topic} would get ${count} partitions; nothing was changed`);
    return EXIT.ok;
  }
  if (signal.aborted) throw new Error('stopped; nothing was changed');
  await admin.createPartitions({ topicPartitions: [{ topic, count }] });
  await areServed(cluster, topic, count);
  console.log(`${topic} has ${count} partitions`);
  if (producing === undefined || before === undefined) return EXIT.ok;

  console.log(
    `wait ${METADATA_MINUTES} min before ${producing.from} gets records again: until then an instance of ${producing.function} may know the old partitions only`,
  );
  const came = (await totalOf(cluster, producing.from)) - before;
  if (came === 0) return EXIT.ok;
  console.error(
    `${came} records came to ${producing.from} meanwhile: one whose send failed at that moment may be counted twice`,
  );
  return EXIT.failed;
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
