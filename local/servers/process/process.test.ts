import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '#test/support/eventually.ts';
import { spawnServer } from './process.ts';
import { identify } from './process-identity.ts';

/** Logs its own id and that of a child, then waits. */
const SERVER = 'sleep 60 & echo $$ $!; wait';
/** The same, but ignores TERM. */
const DEAF = "trap '' TERM; sleep 60 & echo $$ $!; while true; do wait; done";

describe('a spawned server', () => {
  let folder: string;
  let log: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'process-'));
    log = join(folder, 'log');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const options = (script: string) => ({ name: 'server', command: '/bin/sh', args: ['-c', script], log });

  test('logs to its file, and reports its exit code', async () => {
    const server = await spawnServer(options('echo out; echo err >&2; exit 7'));

    expect(await server.exited).toEqual({ code: 7, signal: null });
    expect(await readFile(log, 'utf8')).toBe('out\nerr\n');
  });

  test('inherits neither the pipe to its runner nor a terminal, and leads its own process group', async () => {
    const server = await spawnServer(
      options('read -r line || echo no input; ls /dev/fd/3 2>/dev/null; ps -o pgid= -p $$'),
    );

    await server.exited;
    expect((await readFile(log, 'utf8')).split(/\s+/).filter(Boolean)).toEqual(['no', 'input', String(server.pid)]);
  });

  test('stops on request, with all processes that it spawned; a second request changes nothing', async () => {
    const server = await spawnServer(options(SERVER));
    const pids = await announced(log);

    await Promise.all([server.stop(), server.stop()]);

    expect(await server.exited).toEqual({ code: null, signal: 'SIGTERM' });
    await allGone(pids);
  });

  test('is killed after the bound where it is frozen or ignores TERM', async () => {
    const server = await spawnServer(options(DEAF));
    const pids = await announced(log);
    server.signal('SIGSTOP');

    await server.stop(200);

    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await allGone(pids);
  });

  test.each([
    ['a server', SERVER],
    ['a server that ignores TERM', DEAF],
  ])('%s ends by itself when its runner is killed with SIGKILL', async (_, script) => {
    const runner = join(import.meta.dirname, 'process.ts');
    const program = `
      const { spawnServer } = await import(${JSON.stringify(runner)});
      await spawnServer(${JSON.stringify(options(script))});
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
    const pids = await announced(log);

    parent.kill('SIGKILL');

    await allGone(pids);
  });

  test('that can not be started gives an error with its name', async () => {
    const folderThatIsNot = join(folder, 'nowhere');

    await expect(spawnServer({ ...options('true'), cwd: folderThatIsNot })).rejects.toThrow("server can't be started");
  });
});

/** The ids in the first line of the server's log. */
async function announced(log: string): Promise<number[]> {
  const read = async () => /^(\d+) (\d+)\n/.exec(await readFile(log, 'utf8'));
  const line = await eventually(read, { what: 'the ids of the server and its child in its log' });
  return line?.slice(1).map(Number) ?? [];
}

async function allGone(pids: readonly number[]): Promise<void> {
  const found = () => Promise.all(pids.map(identify));
  const gone = async () => (await found()).every((identity) => identity === undefined);
  await eventually(gone, { what: `the end of the processes ${pids.join(' and ')}`, seen: found });
}
