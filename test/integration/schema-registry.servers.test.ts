import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registerSchema } from '#local/deploy/register-schema.ts';
import { cacheFolder } from '#local/servers/cache.ts';
import type { Java } from '#local/servers/java/java.ts';
import { MODERN } from '#local/servers/java/private-java.ts';
import { choosePorts } from '#local/servers/ports/ports.ts';
import { schemaRegistry, schemaRegistryServer } from '#local/servers/schema-registry.ts';
import type { Server } from '#local/servers/server.ts';
import { javaWith } from '../support/java.ts';
import { listenersOf } from '../support/processes.ts';

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
  ({ java } = await javaWith(schemaRegistry.artifact, MODERN));
  server = await make(java);
  await server.start();
  await server.ready();
}, 300_000);
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

(process.platform === 'linux' ? test : test.skip)('listens only on 127.0.0.1, also for its management', async () => {
  const listeners = await listenersOf(server.process?.pid);
  expect(new Set(listeners.map(({ address }) => address))).toEqual(new Set(['127.0.0.1']));
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

  await expect(old.start()).rejects.toThrow(/needs Java >= 21; \/opt\/jdk-17 is 17.*--only fleet,orders/);
});
