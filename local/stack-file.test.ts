import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpointsAt } from './deploy/endpoints.fixture.ts';
import { identify, type ProcessIdentity } from './servers/process/process-identity.ts';
import { endLeftOvers, readStack, recordStack, type StackFile, stackPath } from './stack-file.ts';

describe('.local/stack.json', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'stack-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  async function stackOf(change: Partial<StackFile> = {}): Promise<StackFile> {
    return {
      ...((await identify(process.pid)) as ProcessIdentity),
      stage: 'local',
      state: 'running',
      endpoints: { ...endpointsAt(''), kafka: '127.0.0.1:9092' },
      servers: ['kafka'],
      processes: [],
      data: join(root, 'data'),
      kept: false,
      temporary: join(root, 'temporary'),
      ...change,
    };
  }

  test('has the running stack and later changes, and only its owner can read it', async () => {
    const recorder = await recordStack(root, await stackOf({ state: 'starting' }));

    await Promise.all([
      recorder.record({ state: 'running' }),
      recorder.record({ references: { Bucket: { Ref: 'name' } } }),
    ]);

    expect(await readStack(root)).toMatchObject({ stage: 'local', references: { Bucket: { Ref: 'name' } } });
    expect((await stat(stackPath(root))).mode & 0o777).toBe(0o600);
  });

  test('stays removed, whatever is recorded afterwards', async () => {
    const recorder = await recordStack(root, await stackOf());

    await recorder.remove();
    await recorder.record({ state: 'running' });

    await expect(readFile(stackPath(root))).rejects.toThrow('ENOENT');
  });

  test('without a stack, the error says what to start', async () => {
    await expect(readStack(root)).rejects.toThrow('no running stack: start one with `npm start`');
  });

  test('of a killed run, or of a run that is starting, is an error', async () => {
    const recorder = await recordStack(root, await stackOf({ started: 'before' }));
    await expect(readStack(root)).rejects.toThrow('was killed');

    await recorder.record({ ...(await stackOf()), state: 'starting' });
    await expect(readStack(root)).rejects.toThrow('still starting');
  });

  test('what a killed run has recorded is ended, but not another process that has got one of its ids', async () => {
    const [left, other] = [spawn('sleep', ['60'], { detached: true }), spawn('sleep', ['60'], { detached: true })];
    const identities = await Promise.all([left, other].map((child) => identify(child.pid as number)));
    const [first, second] = identities as [ProcessIdentity, ProcessIdentity];
    const exit = once(left, 'exit');
    await recordStack(
      root,
      await stackOf({
        processes: [
          { name: 'kafka', ...first },
          { name: 's3', ...second, started: 'before' },
        ],
      }),
    );

    const leftOver = await endLeftOvers(root);

    expect(leftOver?.data).toBe(join(root, 'data'));
    expect(await exit).toEqual([null, 'SIGTERM']);
    expect(other.exitCode).toBeNull();
    expect(await endLeftOvers(root)).toBeUndefined();
    other.kill();
  });
});
