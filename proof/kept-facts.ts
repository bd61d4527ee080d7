import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { References } from '#msk';
import type { ReportFacts } from './input.ts';
import type { AcknowledgedRecord, Manifest } from './manifest.ts';

/** What a kept run knew that isn't in its servers' data: with both, the run can be checked again at any time. */
export interface KeptRun {
  facts: ReportFacts;
  /** the names of the template's resources */
  references: References;
  brokers: 1 | 3;
  /** why a store wasn't read, by its name */
  unread: Readonly<Record<string, { notRun: string }>>;
}

const FILE = 'facts';

/** Writes them beside the servers' data. (V8's own format: JSON has no maps, and a day's records don't fit.) */
export async function keepFacts(folder: string, run: KeptRun): Promise<void> {
  const generators = Object.entries(run.facts.generators).map(([name, own]) => [
    name,
    own && { ...own, manifest: asData(own.manifest) },
  ]);
  const facts = { ...run.facts, generators: Object.fromEntries(generators) };
  await writeFile(join(folder, FILE), serialize({ ...run, facts }));
}

/** @throws Error where the folder has none: the run wrote no report, or was interrupted */
export async function readFacts(folder: string): Promise<KeptRun> {
  const bytes = await readFile(join(folder, FILE)).catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`${folder} has no facts of a run: was it kept with --keep, and did it end with a report?`, {
      cause,
    });
  });
  const run = deserialize(bytes) as KeptRun;
  for (const own of Object.values(run.facts.generators)) {
    if (own !== undefined) own.manifest = asManifest(own.manifest as unknown as ManifestData);
  }
  return run;
}

type ManifestData = Omit<Manifest, 'at' | 'acknowledged'> & { records: AcknowledgedRecord[] };

/** A manifest's own properties, with those of its domain, and its records as a list. */
function asData({ acknowledged, ...own }: Manifest): ManifestData {
  const data = Object.entries(own).filter(([, value]) => typeof value !== 'function');
  return { ...(Object.fromEntries(data) as Omit<ManifestData, 'records'>), records: [...acknowledged()] };
}

function asManifest({ records, ...own }: ManifestData): Manifest {
  const nameOf = (topic: string, partition: number, offset: number) => `${topic}-${partition}-${offset}`;
  const byName = new Map(
    records.map(({ topic, partition, offset, expectation }) => [nameOf(topic, partition, offset), expectation]),
  );
  return {
    ...own,
    at: (topic, partition, offset) => byName.get(nameOf(topic, partition, offset)),
    *acknowledged() {
      yield* records;
    },
  };
}
