import type { Commit, LogRecord } from '../world.ts';
import { readTopics, withCluster } from './kafka.ts';

/** Kafka's own topic, with every commit of every group, in order. A broker creates it for the first group. */
const COMMITS = '__consumer_offsets';

/** Versions of keys that are commits (Kafka: "OffsetCommitKey"); the others are about groups. */
const COMMIT_KEYS: ReadonlySet<number> = new Set([0, 1]);

/** Reads every committed offset that Kafka still has, the older ones of a group and partition first. */
export async function readCommits(brokers: string): Promise<Commit[]> {
  if (!(await withCluster(brokers, (cluster) => cluster.hasTopic(COMMITS)))) return [];
  const { [COMMITS]: log } = await readTopics(brokers, [COMMITS]);
  return (log?.records ?? []).flatMap(commitOf);
}

/**
 * A record of that topic as a commit. The key is the version, group, topic and partition; the value begins with its
 * version and the offset (Kafka: "OffsetCommitKey", "OffsetCommitValue"). A record without a value deletes a commit.
 */
export function commitOf({ key, value, timestamp }: Pick<LogRecord, 'key' | 'value' | 'timestamp'>): Commit[] {
  if (key === null || value === null || !COMMIT_KEYS.has(key.readInt16BE(0))) return [];
  const [group, afterGroup] = textAt(key, 2);
  const [topic, afterTopic] = textAt(key, afterGroup);
  return [{ group, topic, partition: key.readInt32BE(afterTopic), offset: Number(value.readBigInt64BE(2)), timestamp }];
}

/** A text with its length before it. @returns the text, and the place behind it */
function textAt(bytes: Buffer, at: number): [text: string, after: number] {
  const after = at + 2 + bytes.readInt16BE(at);
  return [bytes.toString('utf8', at + 2, after), after];
}
