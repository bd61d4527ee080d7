import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newLines } from './new-lines.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'new-lines-'));
  file = join(folder, 'log');
  await writeFile(file, '');
});
afterEach(() => rm(folder, { recursive: true }));

test('each line is taken once, when it is complete, whatever it is cut in', async () => {
  const read = newLines(file);
  const lines: string[] = [];
  const bytes = Buffer.from('first\nsecond with é and 😀\nthird\n');
  for (let at = 0; at < bytes.length; at += 3) {
    await appendFile(file, bytes.subarray(at, at + 3));
    await read((line) => line !== '' && lines.push(line));
  }
  expect(lines).toEqual(['first', 'second with é and 😀', 'third']);
});

test('a file larger than a chunk is read to its end', async () => {
  const all = Array.from({ length: 50_000 }, (_, index) => `line ${index}`);
  await writeFile(file, `${all.join('\n')}\n`);
  const lines: string[] = [];
  await newLines(file)((line) => line !== '' && lines.push(line));
  expect(lines).toEqual(all);
});
