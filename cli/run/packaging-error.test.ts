import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packagingError } from './packaging-error.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packaging-error-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('shows why the packaging failed, without older output, logs of functions and stack traces', async () => {
  const log = join(folder, 'functions.log');
  const older = '✔ Service packaged\n{"level":"INFO","message":"processed"}\n';
  const failed = [
    'Environment: linux, node 24',
    'Docs: example.org',
    '',
    'Error:',
    'no param is called "x"',
    '  at a:1',
  ];
  await writeFile(log, `${older}{"level":"INFO"}\n${failed.join('\n')}\n`);

  const { message } = packagingError(log, Buffer.byteLength(older));

  expect(message).toBe(`the service could not be packaged; all of the output is in ${log}\nno param is called "x"`);
});

test('shows at most 20 lines', async () => {
  const log = join(folder, 'long.log');
  await writeFile(log, 'an error\n'.repeat(100));

  expect(packagingError(log, 0).message.split('\n')).toHaveLength(21);
});
