import type { ArchivedRecord } from '../../sinks/s3/line.ts';
import { checkpointId } from '../../sinks/s3/object.ts';
import { ChainBuilder, type Fault } from '../archive/chain.ts';
import type { ArchiveKey } from '../archive/key.ts';
import { isFaulty } from '../archive/object.ts';
import { readAhead } from '../archive/read-ahead.ts';
import type { Archive } from '../archive/store.ts';
import { EXPIRING } from '../archive/verify.ts';
import { objectsOf, type Selection, takes } from './selection.ts';

/** The selected records of each partition, in the order of their offsets, in lists of one object each. */
export type Streams = ReadonlyMap<number, AsyncGenerator<readonly ArchivedRecord[]>>;

/** Objects of a partition that are in memory at once. */
const AT_ONCE = 8;

/**
 * Opens the selected records. A stream throws if the archive has a fault where it is read, so that a replay leaves out
 * nothing and doubles nothing.
 * @param checkpoint the offset up to which a log is archived: so a missing last object is noticed too
 * @throws Error if the archive has nothing of the topic
 */
export async function openSource(
  archive: Archive,
  selection: Selection,
  checkpoint: (id: string) => Promise<number> = async () => 0,
): Promise<Streams> {
  const { objects } = await archive.list(selection.topic);
  const chosen = objectsOf(selection, objects);
  if (chosen.size === 0) throw new Error(`the archive has no such records of ${selection.topic}`);
  return new Map([...chosen].map(([partition, own]) => [partition, streamOf(archive, selection, own, checkpoint)]));
}

async function* streamOf(
  archive: Archive,
  selection: Selection,
  objects: readonly ArchiveKey[],
  checkpoint: (id: string) => Promise<number>,
) {
  const [first] = objects;
  if (first === undefined) return;
  const begin = (selection.from ?? 0) > 0 ? first.checkpoint : 0;
  const chain = new ChainBuilder(first, EXPIRING.includes(first.topic), begin);
  for await (const read of readAhead(objects, AT_ONCE, archive.read)) {
    chain.add(read);
    throwFirst(chain.finish().faults);
    if (isFaulty(read)) return;
    const records = read.records.filter((record) => takes(selection, record));
    if (records.length > 0) yield records;
  }
  if (selection.untilOffset === undefined) throwFirst(chain.finish(await checkpoint(checkpointId(first))).faults);
}

function throwFirst([fault]: readonly Fault[]): void {
  if (fault) throw new Error(`the archive has a fault: ${fault.text}. \`npm run verify-archive\` names all of them`);
}
