import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptFolder, removeTemporary, temporaryFolder } from './keep.ts';

const SERVERS = ['kafka', 'dynamodb'];

describe('the folder of --keep', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keep-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function filledBy(servers: readonly string[], whole: boolean): Promise<void> {
    const data = await keptFolder(folder, servers);
    for (const name of servers) await mkdir(join(data.path, name), { recursive: true });
    if (whole) await data.complete();
    await data.release();
  }

  test('a run continues with complete data', async () => {
    await filledBy(SERVERS, true);

    const data = await keptFolder(folder, SERVERS);

    expect(await readdir(data.path)).toEqual(['dynamodb', 'kafka']);
    await data.release();
  });

  test('what a killed first start has left is removed', async () => {
    await filledBy(SERVERS, false);

    const data = await keptFolder(folder, SERVERS);

    expect(existsSync(data.path)).toBe(false);
    await data.release();
  });

  test('the data of other servers is refused, and does not change', async () => {
    await filledBy(SERVERS, true);

    await expect(keptFolder(folder, ['kafka', 'kafka-2', 'kafka-3', 'dynamodb'])).rejects.toThrow('same --brokers');
    await expect(keptFolder(folder, SERVERS).then((data) => data.release())).resolves.toBeUndefined();
  });

  test('where the data of one server is missing, the rest is refused', async () => {
    await filledBy(SERVERS, true);
    await rm(join(folder, 'data', 'kafka'), { recursive: true });

    await expect(keptFolder(folder, SERVERS)).rejects.toThrow('lacks the data of kafka');
  });

  test('a manifest that cannot be read is an error, and the data stays', async () => {
    await filledBy(SERVERS, true);
    await writeFile(join(folder, 'stack-data.json'), '{"complete":tr');

    await expect(keptFolder(folder, SERVERS)).rejects.toThrow("stack-data.json can't be read");
    expect(await readdir(join(folder, 'data'))).toEqual(['dynamodb', 'kafka']);
  });

  test('the draft of a manifest, from a killed first start, does not stop the next start', async () => {
    await writeFile(join(folder, 'stack-data.json.1.new'), '{"comp');

    await keptFolder(folder, SERVERS).then((data) => data.release());
  });

  test('two runs never share a folder', async () => {
    const data = await keptFolder(folder, SERVERS);

    await expect(keptFolder(folder, SERVERS)).rejects.toThrow(`in use by another run (process ${process.pid})`);
    await data.release();
  });

  test('a folder with other files is refused', async () => {
    await writeFile(join(folder, 'thesis.tex'), '');

    await expect(keptFolder(folder, SERVERS)).rejects.toThrow('holds other files');
    expect(await readdir(folder)).toEqual(['thesis.tex']);
  });
});

describe('the folder of a run', () => {
  test('is removed at the end of the run, and no other folder ever is', async () => {
    const data = await temporaryFolder();
    const other = await mkdtemp(join(tmpdir(), 'other-'));

    await removeTemporary(other);
    await removeTemporary(join(data.path, '..'));
    expect([existsSync(other), existsSync(data.path)]).toEqual([true, true]);

    await data.release();
    expect(existsSync(data.path)).toBe(false);
    await rm(other, { recursive: true });
  });
});
