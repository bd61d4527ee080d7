import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { featureRelease, findJava } from './java.ts';

describe('Java', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'java-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function install(name: string, version: string): Promise<string> {
    const home = join(folder, name);
    await mkdir(join(home, 'bin'), { recursive: true });
    await writeFile(join(home, 'release'), `IMPLEMENTOR="x"\nJAVA_VERSION="${version}"\n`);
    await writeFile(join(home, 'bin', 'java'), '');
    return home;
  }

  test.each([
    ['17', 17],
    ['17.0.15', 17],
    ['25.0.3', 25],
    ['27-ea', 27],
    ['1.8.0_402', 8],
    ['', undefined],
  ])('the feature release of %j is %p', (version, release) => {
    expect(featureRelease(version)).toBe(release);
  });

  test('JAVA_HOME is taken where it is new enough', async () => {
    const named = await install('named', '999.0.1');
    const path = await install('path', '1000');

    const java = await findJava(999, { JAVA_HOME: named, PATH: join(path, 'bin') });

    expect(java).toMatchObject({ home: named, version: 999, path: join(named, 'bin', 'java') });
  });

  test('where JAVA_HOME is too old, the newest on the PATH is taken', async () => {
    const named = await install('named', '998');
    const [older, newer] = [await install('older', '999'), await install('newer', '1000')];

    const java = await findJava(999, { JAVA_HOME: named, PATH: `${join(older, 'bin')}:${join(newer, 'bin')}` });

    expect(java.home).toBe(newer);
  });

  test('a runtime without a compiler is accepted', async () => {
    const runtime = await install('runtime', '1000');

    expect(await findJava(999, { PATH: join(runtime, 'bin') })).toMatchObject({ home: runtime, version: 1000 });
  });

  test('where none is new enough, the error says what is needed, what was found and how to get one', async () => {
    const old = await install('old', '998');

    const search = findJava(999, { JAVA_HOME: old, PATH: '' });

    await expect(search).rejects.toThrow(/^Java >= 999 is needed .* Install one/);
  });
});
