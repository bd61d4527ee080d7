import { replayedOffset, withoutAddedHeaders } from './added-headers.ts';
import { Digest } from './digest.ts';
import type { Replayed } from './replay.ts';
import type { Mode } from './state.ts';
import type { Target } from './target.ts';

/**
 * Reads the replayed records back from the target, and compares every byte, header, timestamp and their order with the
 * archive.
 * @returns what is different, one line for each partition
 */
export async function readBack(
  target: Target,
  { digests, begins }: Pick<Replayed, 'digests' | 'begins'>,
  { mode, id }: { mode: Mode; id: string },
): Promise<string[]> {
  const ranges = await target.ranges();
  const differences = await Promise.all(
    [...digests].map(async ([partition, expected]) => {
      const own = new Digest();
      const from = mode === 'fill' ? 0 : (begins.get(partition) ?? 0);
      const to = ranges.get(partition)?.end ?? 0;
      if (from < to) {
        await target.read(partition, from, to, (records) => {
          for (const record of records) {
            if (mode === 'fill') own.add(record);
            else if (replayedOffset(record.headers, id) !== undefined)
              own.add({ ...record, headers: withoutAddedHeaders(record.headers) });
          }
        });
      }
      const at = expected.differenceTo(own);
      if (at === undefined) return [];
      const counts = `${own.count} records in the target, ${expected.count} in the archive`;
      return [`${target.topic}-${partition}: different from record ${at} of the replay on (${counts})`];
    }),
  );
  return differences.flat();
}
