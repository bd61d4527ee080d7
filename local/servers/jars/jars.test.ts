import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { s3 } from '../s3.ts';
import { KAFKA } from './artifacts.ts';
import { jarFolder, MANIFEST, missingJars } from './jars.ts';
import { aggregatePom, artifactPom } from './pom.ts';

describe('the cache of jars', () => {
  let cache: string;
  let folder: string;
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'jars-'));
    folder = jarFolder(cache, KAFKA);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'a.jar'), 'four');
    await writeFile(join(folder, MANIFEST), JSON.stringify({ coordinates: [], files: { 'a.jar': 4 } }));
  });
  afterEach(() => rm(cache, { recursive: true }));

  test('a complete artifact is not downloaded', async () => {
    expect(await missingJars(cache, [KAFKA, s3.artifact])).toEqual([s3.artifact]);
  });

  test.each([
    ['lost a jar', () => rm(join(folder, 'a.jar'))],
    ['has a jar cut short', () => writeFile(join(folder, 'a.jar'), 'fo')],
    ['lost its manifest', () => rm(join(folder, MANIFEST))],
  ])('an artifact that %s is downloaded again', async (_, damage) => {
    await damage();

    expect(await missingJars(cache, [KAFKA])).toEqual([KAFKA]);
  });

  test('the name of its folder has the version', () => {
    expect(basename(folder)).toMatch(/^kafka-\d+\.\d+\.\d+-[0-9a-f]{8}$/);
  });
});

describe('the pom', () => {
  test('has the coordinates, and the dependencies that are left out', () => {
    const pom = artifactPom({ name: 's3', version: '1', coordinates: ['g:a:1:fat'], without: ['*:*'], megabytes: 1 });

    expect(pom).toContain(
      '<groupId>g</groupId><artifactId>a</artifactId><version>1</version><classifier>fat</classifier>',
    );
    expect(pom).toContain('<exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion>');
    expect(aggregatePom(['s3', 'kafka'])).toContain('<module>s3</module><module>kafka</module>');
  });
});
