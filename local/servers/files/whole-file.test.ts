import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWhole } from './whole-file.ts';

describe('a file that is whole at any moment', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whole-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('a reader finds the former text or the new one while it is written', async () => {
    const path = join(folder, 'file');
    const texts = ['a', 'b'].map((letter) => letter.repeat(4_000_000));
    await writeWhole(path, texts[0] as string);

    let writing = true;
    const written = writeWhole(path, texts[1] as string).finally(() => {
      writing = false;
    });
    const read = new Set<string>();
    while (writing) read.add(await readFile(path, 'utf8'));
    await written;

    expect([...read].filter((text) => !texts.includes(text))).toEqual([]);
    expect(await readFile(path, 'utf8')).toBe(texts[1]);
    expect(await readdir(folder)).toEqual(['file']);
  });

  test('where it cannot be written, no draft is left', async () => {
    const path = join(folder, 'file');
    await mkdir(join(path, 'within'), { recursive: true });

    await expect(writeWhole(path, 'text')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);

    expect(await readdir(folder)).toEqual(['file']);
  });
});
