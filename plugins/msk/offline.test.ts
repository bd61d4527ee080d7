import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AdmZip from 'adm-zip';
import { Offline } from './offline.ts';
import type { Serverless } from './serverless.ts';

/** Waits 100 ms, then adds a line to the file that the event names. */
const HANDLER = `
const { appendFileSync } = require('node:fs');
exports.handler = async ({ file, line }) => {
  await new Promise((resolve) => setTimeout(resolve, 100));
  appendFileSync(file, line + '\\n');
};`;

/** Invokes the function by key and by logical id. `stopping` invokes it once more. */
const moduleText = (file: string) => `
const file = ${JSON.stringify(file)};
let last;
export const deploy = async () => ({ references: {}, bootstrapServers: () => '', environment: {} });
export async function prepare(invoke) {
  await invoke('work', { file, line: 'by key' });
  await invoke('WorkLambdaFunction', { file, line: 'by logical id' });
  last = () => invoke('work', { file, line: 'while stopping' });
}
export const stopping = () => last();`;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'msk-offline-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** A service with this module and one function. */
async function offlineOf(module: string, packageIt = true): Promise<Offline> {
  await writeFile(join(directory, 'module.mjs'), module);
  if (packageIt) writePackage(directory);
  return new Offline(serviceIn(directory), { notice() {}, warning() {}, error() {} });
}

function writePackage(folder: string): void {
  const zip = new AdmZip();
  zip.addFile('index.cjs', Buffer.from(HANDLER));
  zip.writeZip(join(folder, 'work.zip'));
}

test('the service can invoke functions by key or logical id until its stopping() has resolved', async () => {
  const file = join(directory, 'lines');
  const offline = await offlineOf(moduleText(file));

  await offline.start();
  await offline.stop();

  expect(await readFile(file, 'utf8')).toBe('by key\nby logical id\nwhile stopping\n');
});

test('if a function’s package can’t be unpacked, the next event tries again', async () => {
  const file = join(directory, 'lines');
  const offline = await offlineOf(
    `
const event = ${JSON.stringify({ file, line: 'at last' })};
export const deploy = async () => ({ references: {}, bootstrapServers: () => '', environment: {} });
export async function prepare(invoke) {
  const first = await invoke('work', event).then(() => 'done', () => 'failed');
  globalThis.writePackage();
  await invoke('work', { ...event, line: first });
  await invoke('work', event);
}`,
    false,
  );
  Object.assign(globalThis, { writePackage: () => writePackage(directory) });

  await offline.start();
  await offline.stop();

  expect(await readFile(file, 'utf8')).toBe('failed\nat last\n');
});

test('if a step of the stop fails, the error is reported and all other steps are done', async () => {
  const temporary = process.env['TMPDIR'];
  const offline = await offlineOf(`
export const deploy = async () => ({ references: {}, bootstrapServers: () => '', environment: {} });
export const stopping = () => Promise.reject(new Error('not stopped'));
export const stopped = () => { globalThis.wasStopped = true; };`);

  await offline.start();
  const own = String(process.env['TMPDIR']);
  await expect(offline.stop()).rejects.toThrow('not stopped');

  expect(globalThis).toHaveProperty('wasStopped', true);
  expect(existsSync(own)).toBe(false);
  expect(process.env['TMPDIR']).toBe(temporary);
});

/** A service with one packaged function. */
function serviceIn(serviceDir: string): Serverless {
  const properties = {
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    FunctionName: 'offline-test-work',
    Timeout: 60,
  };
  const compiledCloudFormationTemplate = {
    Resources: { WorkLambdaFunction: { Type: 'AWS::Lambda::Function', Properties: properties } },
  };
  return {
    serviceDir,
    classes: { Error },
    configSchemaHandler: {} as Serverless['configSchemaHandler'],
    processedInput: { commands: ['msk', 'start'], isHelpRequest: false },
    pluginManager: { spawn: async () => {} },
    service: {
      service: 'offline-test',
      custom: { msk: { offline: './module.mjs' } },
      provider: { name: 'aws', compiledCloudFormationTemplate },
      getAllFunctions: () => ['work'],
      getFunction: () => ({ package: { artifact: 'work.zip' } }),
    },
    getProvider: () => ({
      getRegion: () => 'us-east-1',
      naming: {
        getLambdaLogicalId: () => 'WorkLambdaFunction',
        getMSKEventLogicalId: () => '',
      },
    }),
  };
}
