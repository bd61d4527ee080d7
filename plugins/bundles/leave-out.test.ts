import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SNSClient } from '@aws-sdk/client-sns';
import { build, stop } from 'esbuild';
import type { Kafka } from 'kafkajs';
import leaveOut from './leave-out.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leave-out-'));
});
afterAll(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

/** Bundles a module with these lines. @returns its exports */
async function bundled<Exports>(name: string, contents: string): Promise<Exports> {
  const outfile = join(folder, `${name}.cjs`);
  const service = join(import.meta.dirname, '..', '..');
  await build({
    stdin: { contents, resolveDir: service },
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    mainFields: ['module', 'main'],
    plugins: leaveOut,
  });
  return createRequire(import.meta.url)(outfile) as Exports;
}

test("kafkajs's consumer and admin client, which the bundles lack, say so", async () => {
  const { kafka } = await bundled<{ kafka: Kafka }>(
    'kafka',
    "import { Kafka } from 'kafkajs'; export const kafka = new Kafka({ brokers: ['b:1'], logLevel: 0 });",
  );

  expect(() => kafka.consumer({ groupId: 'g' })).toThrow('left out of the bundles: see plugins/bundles');
  expect(() => kafka.admin()).toThrow('left out of the bundles');
  expect(kafka.producer()).toHaveProperty('send');
});

test("the bundles have the requests of kafkajs's producer and of end offsets, and no others", async () => {
  const { requests } = await bundled<{ requests: Record<string, { versions: string[]; protocol(): void }> }>(
    'requests',
    "export { requests } from 'kafkajs/src/protocol/requests/index.js';",
  );

  const bundledOnes = Object.entries(requests).filter(([, { versions }]) => versions.length > 0);

  expect(bundledOnes.map(([name]) => name)).toEqual([
    'Produce',
    'ListOffsets',
    'Metadata',
    'SaslHandshake',
    'ApiVersions',
    'SaslAuthenticate',
  ]);
  expect(() => requests['Fetch']?.protocol()).toThrow('left out of the bundles');
});

test('a client of the SDK has the credentials of the environment, and none of a profile', async () => {
  const { client } = await bundled<{ client: SNSClient }>(
    'client',
    "import { SNSClient } from '@aws-sdk/client-sns'; export const client = new SNSClient({ region: 'us-east-1' });",
  );
  Object.assign(process.env, { AWS_PROFILE: 'work', AWS_ACCESS_KEY_ID: 'KEY', AWS_SECRET_ACCESS_KEY: 'secret' });

  expect(await client.config.credentials()).toMatchObject({ accessKeyId: 'KEY', secretAccessKey: 'secret' });
});
