import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registerSchema } from '#local/deploy/register-schema.ts';
import { cacheFolder } from '#local/servers/cache.ts';
import { fetchJars } from '#local/servers/jars/fetch-jars.ts';
import type { Java } from '#local/servers/java/java.ts';
import { javaFor } from '#local/servers/java/private-java.ts';
import { choosePorts } from '#local/servers/process/ports.ts';
import { silent } from '#local/servers/progress.ts';
import { REGISTRY_JAVA, schemaRegistryServer } from '#local/servers/schema-registry.ts';
import type { Server } from '#local/servers/server.ts';

const SCHEMA = '{"type":"record","name":"R","fields":[{"name":"a","type":"string"}]}';

let folder: string;
let java: Java;
let server: Server;

async function make(jdk: Java): Promise<Server> {
  const [port = 0] = await choosePorts([{ name: 'schema-registry', usual: 27_500, option: '' }]);
  return schemaRegistryServer({ data: folder, kept: true, log: join(folder, 'log'), port, cache: cacheFolder() }, jdk);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'registry-'));
  java = await javaFor(REGISTRY_JAVA, { cache: cacheFolder(), progress: silent });
  await fetchJars(['schema-registry'], { cache: cacheFolder(), java, progress: silent });
  server = await make(java);
  await server.start();
  await server.ready();
}, 300_000);
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

/** The addresses that a process listens on, in hexadecimal as in /proc/net/tcp. */
async function listening(pid: number): Promise<string[]> {
  const open = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readFile(`/proc/net/${table}`, 'utf8')));
  const sockets = tables.flatMap((text) => text.trim().split('\n').slice(1)).map((line) => line.trim().split(/\s+/));
  return sockets
    .filter(([, , , state, , , , , , inode]) => state === '0A' && links.includes(`socket:[${inode}]`))
    .map(([, address = '']) => address.split(':')[0] ?? '');
}

(process.platform === 'linux' ? test : test.skip)('listens only on 127.0.0.1, also for its management', async () => {
  expect(new Set(await listening(server.process?.pid ?? 0))).toEqual(new Set(['0100007F']));
});

test('with kept data, an id still gives its schema after a restart', async () => {
  const { id } = await registerSchema(server.endpoint, { subject: 'first-value', schema: SCHEMA });
  await server.stop();
  await server.start();
  await server.ready();

  const answer = await fetch(`${server.endpoint}/schemas/ids/${id}`);

  expect(await answer.json()).toMatchObject({ schema: SCHEMA });
});

test('the error for an older JDK names it and says what to do', async () => {
  const old = await make({ ...java, version: 17, home: '/opt/jdk-17' });

  await expect(old.start()).rejects.toThrow(/needs a JDK >= 21; \/opt\/jdk-17 is 17.*--only fleet,orders/);
});
