import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { jarFolder } from '../jars/jars.ts';
import { runTool } from '../jars/maven.ts';
import { writeWhole } from '../process/whole-file.ts';
import type { ServerContext } from '../server.ts';

/** The id of every local cluster: one that is kept has to meet its own again. */
const CLUSTER_ID = 'bG9jYWwtbXNrLXBpcGVsaQ';

/** The records that a new cluster begins with (its metadata's version and features), as Kafka's own tool writes them. */
const CHECKPOINT = 'bootstrap.checkpoint';

/**
 * Formats a broker's storage, once. Kafka's tool for it is a JVM of its own and takes as long as half a broker's start,
 * but what it writes is the same for every broker of a version, except for one file of four lines. So the tool runs
 * once, its file is cached, and the four lines are written here; they come last and make the storage whole.
 * @param storage what `log.dirs` names.
 * @param properties the broker's `server.properties`.
 * @param java runs a program of Kafka's jars: what to put before its main class.
 */
export async function formatStorage(
  context: Pick<ServerContext, 'cache' | 'data' | 'log'>,
  broker: number,
  { storage, properties, java }: { storage: string; properties: string; java: readonly string[] },
): Promise<void> {
  const meta = join(storage, 'meta.properties');
  if (existsSync(meta)) return;
  await rm(storage, { recursive: true, force: true });
  await mkdir(storage, { recursive: true });
  const cached = join(context.cache, 'storage', `${basename(jarFolder(context.cache, 'kafka'))}.checkpoint`);
  const checkpoint = join(storage, CHECKPOINT);
  await copyFile(cached, checkpoint).catch(() => makeCheckpoint(context, properties, java, checkpoint));
  // Best effort: a cache that can't be written costs the next start a second.
  if (!existsSync(cached)) await copyWhole(checkpoint, cached).catch(() => {});
  await writeWhole(meta, metaProperties(broker));
}

async function makeCheckpoint(
  { data, log }: Pick<ServerContext, 'data' | 'log'>,
  properties: string,
  [command = '', ...args]: readonly string[],
  checkpoint: string,
): Promise<void> {
  const draft = join(data, 'format');
  const settings = `${properties}.format`;
  await rm(draft, { recursive: true, force: true });
  await writeFile(settings, `${await readFile(properties, 'utf8')}log.dirs=${draft}\n`);
  const tool = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', settings];
  await runTool({ name: "Formatting Kafka's storage", command, args: [...args, ...tool], folder: data, log });
  await rename(join(draft, CHECKPOINT), checkpoint);
  await rm(draft, { recursive: true, force: true });
}

async function copyWhole(from: string, to: string): Promise<void> {
  const draft = `${to}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, draft);
  await rename(draft, to);
}

/** As Kafka's MetaProperties, version 1. The folder's id is a UUID in URL-safe base64; one with a dash first isn't taken. */
function metaProperties(broker: number): string {
  let id: string;
  do id = randomBytes(16).toString('base64url');
  while (id.startsWith('-'));
  return `version=1\ncluster.id=${CLUSTER_ID}\nnode.id=${broker}\ndirectory.id=${id}\n`;
}
