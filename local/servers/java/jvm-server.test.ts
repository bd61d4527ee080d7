import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KAFKA } from '../jars/artifacts.ts';
import { jvmServer } from './jvm-server.ts';

test('a JVM ends when it is out of memory, starts with a small heap, and has temporary files in its data folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jvm-server-'));
  const [path, data, log] = ['java', 'data', 'log'].map((name) => join(folder, name)) as [string, string, string];
  await writeFile(path, '#!/bin/sh\necho "$MALLOC_ARENA_MAX $@"\nexec sleep 60\n');
  await chmod(path, 0o755);
  const temporary = join(data, 'tmp');
  await mkdir(temporary, { recursive: true });
  await writeFile(join(temporary, 'library-of-a-killed-jvm.so'), '');
  const server = jvmServer(
    { data, log, kept: false, port: 1, cache: join(folder, 'cache') },
    { path, home: folder, version: 25, build: '' },
    {
      name: 'server',
      endpoint: 'none',
      artifact: KAFKA,
      heap: 300,
      flags: ['-Dof=it'],
      main: ['Main', 'argument'],
      prepare: async () => {},
      probe: async () => {
        if ((await readFile(log, 'utf8')) === '') throw new Error('not up');
      },
    },
  );

  await server.start();
  await server.ready();
  await server.stop();

  const words = (await readFile(log, 'utf8')).trim().split(' ');
  expect(words).toEqual(expect.arrayContaining(['2', '-XX:+ExitOnOutOfMemoryError', '-Xmn16m', '-Xmx300m', '-Dof=it']));
  expect(words).toContain(`-Djava.io.tmpdir=${temporary}`);
  expect(await readdir(temporary)).toEqual([]);
  expect(words.slice(-2)).toEqual(['Main', 'argument']);
  await rm(folder, { recursive: true });
});
