import { COUNTED, lateness } from './windows.ts';

/** What is known of the target before anything is produced. */
export interface Checked {
  readonly topic: string;
  readonly configs: ReadonlyMap<string, string>;
  /** of the selected records, ms; undefined if none has a timestamp */
  readonly oldest: number | undefined;
  readonly newest: number | undefined;
  readonly now: number;
  /** of the windows that count the topic's records; undefined if none do */
  readonly windows: { streamTime: number; allowedMs: number } | undefined;
}

const DAY_MS = 86_400_000;

/**
 * Why the records should not be produced: Kafka would change them or delete them again.
 * @returns one text for each reason
 */
export function obstacles({ topic, configs, oldest, now }: Checked): string[] {
  const found: string[] = [];
  if (configs.get('message.timestamp.type') === 'LogAppendTime')
    found.push(`${topic} gives each record its own timestamp: set its message.timestamp.type to CreateTime`);
  const retention = Number(configs.get('retention.ms') ?? -1);
  const deletes = (configs.get('cleanup.policy') ?? 'delete').includes('delete');
  if (deletes && retention >= 0 && oldest !== undefined && oldest < now - retention) {
    const days = (retention / DAY_MS).toFixed(1);
    found.push(
      `${topic} keeps records for ${days} days, and the oldest one to replay is of ${new Date(oldest).toISOString()}: ` +
        'Kafka would delete it again within minutes. Raise its retention.ms first',
    );
  }
  return found;
}

/** Why windows would refuse some of the records. */
export const lateOnes = ({ windows, oldest }: Checked): string | undefined => windows && lateness(oldest, windows);

/**
 * Why windows would refuse some of the records if nothing kept the partitions together: one of them may be read to its
 * end before another one is begun.
 */
export function unevenOnes({ topic, windows, oldest, newest }: Checked): string | undefined {
  if (windows === undefined || COUNTED[topic]?.pacedBy === undefined) return undefined;
  if (oldest === undefined || newest === undefined || newest - oldest <= windows.allowedMs) return undefined;
  const hours = Math.ceil((newest - oldest) / 3_600_000);
  return (
    `the records span ${hours} hours, and one partition of ${topic} may be read before another: deploy with ` +
    `allowedLatenessSeconds of at least ${hours * 3600}, or replay shorter spans`
  );
}
