import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AdmZip from 'adm-zip';
import { Offline } from './offline.ts';
import type { Serverless } from './serverless.ts';

/** Takes 100 ms, then adds a line to the file that its event names. */
const HANDLER = `
const { appendFileSync } = require('node:fs');
exports.handler = async ({ file, line }) => {
  await new Promise((resolve) => setTimeout(resolve, 100));
  appendFileSync(file, line + '\\n');
};`;

/** Invokes by key and by logical id, and once more without waiting: its stopping is what waits. */
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

test('the service invokes functions by key or logical id, until its stopping has resolved', async () => {
  const file = join(directory, 'lines');
  await writeFile(join(directory, 'module.mjs'), moduleText(file));
  const zip = new AdmZip();
  zip.addFile('index.cjs', Buffer.from(HANDLER));
  zip.writeZip(join(directory, 'work.zip'));
  const offline = new Offline(serviceIn(directory), { notice() {}, warning() {}, error() {} });

  await offline.start();
  await offline.stop();

  expect(await readFile(file, 'utf8')).toBe('by key\nby logical id\nwhile stopping\n');
});

/** A service of one function, packaged. */
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
