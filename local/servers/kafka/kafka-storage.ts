import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { copyWhole, writeWhole } from '../files/whole-file.ts';
import { KAFKA } from '../jars/artifacts.ts';
import { jarFolder } from '../jars/jars.ts';
import { runTool } from '../process/tool.ts';
import type { ServerContext } from '../server.ts';

/** The id of every local cluster. A constant, because a kept cluster must find its own id again. */
const CLUSTER_ID = 'bG9jYWwtbXNrLXBpcGVsaQ';

/** The first records of a new cluster (metadata version and features), which Kafka's own tool writes. */
const CHECKPOINT = 'bootstrap.checkpoint';

const PRIVATE = { mode: 0o600 };

interface Format {
  storage: string;
  properties: string;
  java: readonly string[];
  users?: readonly string[];
}

/**
 * Formats a broker's storage, once. Kafka's tool for it is another JVM and takes half as long as a broker's start. It
 * writes the same checkpoint file for every broker of a version, and one file of four lines that differs. So the tool
 * runs once and its checkpoint is cached; this code writes the four lines, last, as they mark the storage as formatted.
 * @param storage the folder in `log.dirs`
 * @param properties the path of the broker's `server.properties`
 * @param java the command for a program of Kafka's jars, up to its main class
 * @param users the tool's arguments that create users. Their checkpoint is never cached, as it has what proves passwords
 */
export async function formatStorage(
  context: Pick<ServerContext, 'cache' | 'data' | 'log'>,
  broker: number,
  { storage, properties, java, users = [] }: Format,
): Promise<void> {
  const meta = join(storage, 'meta.properties');
  if (existsSync(meta)) return;
  await rm(storage, { recursive: true, force: true });
  await mkdir(storage, { recursive: true });
  const cached = join(context.cache, 'storage', `${basename(jarFolder(context.cache, KAFKA))}.checkpoint`);
  const checkpoint = join(storage, CHECKPOINT);
  const make = () => makeCheckpoint(context, properties, [...java, 'kafka.tools.StorageTool'], checkpoint, users);
  if (users.length > 0) await make();
  else {
    await copyFile(cached, checkpoint).catch(make);
    // Best effort: where the cache can't be written, the next start takes a second longer.
    if (!existsSync(cached)) await copyWhole(checkpoint, cached).catch(() => {});
  }
  await writeWhole(meta, metaProperties(broker));
}

async function makeCheckpoint(
  { data, log }: Pick<ServerContext, 'data' | 'log'>,
  properties: string,
  [command = '', ...tool]: readonly string[],
  checkpoint: string,
  users: readonly string[],
): Promise<void> {
  const draft = join(data, 'format');
  const settings = `${properties}.format`;
  // The tool reads arguments from a file: other users of the machine can see a command line.
  const more = `${properties}.users`;
  await rm(draft, { recursive: true, force: true });
  await writeFile(settings, `${await readFile(properties, 'utf8')}log.dirs=${draft}\n`, PRIVATE);
  if (users.length > 0) await writeFile(more, users.map((argument) => `${argument}\n`).join(''), PRIVATE);
  const args = [...tool, 'format', '-t', CLUSTER_ID, '-c', settings, ...(users.length > 0 ? [`@${more}`] : [])];
  await runTool({ name: "Formatting Kafka's storage", command, args, folder: data, log });
  await rename(join(draft, CHECKPOINT), checkpoint);
  await rm(draft, { recursive: true, force: true });
}

/** Kafka's MetaProperties, version 1. `directory.id` is a UUID in URL-safe base64, which must not start with a dash. */
function metaProperties(broker: number): string {
  let id: string;
  do id = randomBytes(16).toString('base64url');
  while (id.startsWith('-'));
  return `version=1\ncluster.id=${CLUSTER_ID}\nnode.id=${broker}\ndirectory.id=${id}\n`;
}
