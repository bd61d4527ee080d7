import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KAFKA } from '../jars/artifacts.ts';
import { classArchive } from './class-archive.ts';

const JAVA = { path: '/java/bin/java', home: '/java', version: 25, build: 'JAVA_VERSION="25"' };

describe("a JVM's class archive", () => {
  let folder: string;
  let context: Parameters<typeof classArchive>[0];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'class-archive-'));
    const [cache, data] = [join(folder, 'cache'), join(folder, 'data')];
    await mkdir(data);
    context = { cache, data, log: join(folder, 'log'), kept: false, port: 0 };
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('is made when the first server ends, and used by later ones', async () => {
    const first = classArchive(context, JAVA, KAFKA);
    expect(first.flags).toEqual([`-XX:ArchiveClassesAtExit=${join(context.data, 'classes.jsa')}`]);
    await writeFile(join(context.data, 'classes.jsa'), 'classes');

    await first.keep();

    const [flag = ''] = classArchive(context, JAVA, KAFKA).flags;
    expect(flag).toMatch(/^-XX:SharedArchiveFile=/);
    expect(await readFile(flag.split('=')[1] as string, 'utf8')).toBe('classes');
  });

  test.each([
    ['whose folder cannot be made', () => writeFile(context.cache, '')],
    [
      'whose name is taken by a folder',
      () => archivePath().then((path) => mkdir(join(path, 'full'), { recursive: true })),
    ],
    ['that the JVM left as a folder', () => mkdir(join(context.data, 'classes.jsa', 'x'), { recursive: true })],
  ])('an archive %s is not kept; the stop succeeds, and the log says why', async (_, damage) => {
    const archive = classArchive(context, JAVA, KAFKA);
    await writeFile(join(context.data, 'classes.jsa'), 'classes');
    if (_.startsWith('that')) await rm(join(context.data, 'classes.jsa'));
    await damage();

    await archive.keep();

    expect(await readFile(context.log, 'utf8')).toMatch(/^The class archive isn't kept: E[A-Z]+/);
    const drafts = await readdir(join(context.cache, 'classes')).catch(() => []);
    expect(drafts.filter((name) => !name.endsWith('.jsa'))).toEqual([]);
  });

  async function archivePath(): Promise<string> {
    const other = { ...context, cache: join(folder, 'other') };
    await writeFile(join(context.data, 'classes.jsa'), 'classes');
    await classArchive(other, JAVA, KAFKA).keep();
    await writeFile(join(context.data, 'classes.jsa'), 'classes');
    const [flag = ''] = classArchive(other, JAVA, KAFKA).flags;
    return (flag.split('=')[1] as string).replace(other.cache, context.cache);
  }
});
