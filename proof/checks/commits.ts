import type { Findings } from '../findings.ts';
import type { Commit, TopicLog } from '../world.ts';

const PLACE = 'committed offsets';

/**
 * No group's committed offset of a partition goes back: records before it would be read again, and a poller that no
 * longer owns the partition has committed. And none is past the end of its topic: records would be skipped.
 * @param commits of each group and partition in their order
 * @param logs by topic; commits of other topics are left out
 */
export function checkCommits(
  commits: readonly Commit[],
  logs: Readonly<Record<string, TopicLog>>,
  findings: Findings,
): void {
  const latest = new Map<string, number>();
  for (const { group, topic, partition, offset } of commits) {
    const log = logs[topic];
    if (log === undefined) continue;
    const id = `${group} ${topic}-${partition}`;
    const before = latest.get(id) ?? 0;
    if (offset < before) findings.add(PLACE, 'outOfOrder', id, `went back from ${before} to ${offset}`);
    latest.set(id, offset);
    const end = log.partitions.find((own) => own.partition === partition)?.end ?? 0;
    if (offset > end) findings.add(PLACE, 'unexpected', id, `${offset} is past the end of the topic, ${end}`);
  }
}
