import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { between, watchCpu } from './cpu.ts';

const BUSY = 'const end = process.cpuUsage().user + 300_000; while (process.cpuUsage().user < end);';
const linux = process.platform === 'linux' ? test : test.skip;

linux('CPU time is counted by part, also that of a process that has ended', async () => {
  const cpu = watchCpu(process.pid, 20);
  const before = cpu.now();

  // The name of the program of a function's instance is in the command line.
  const child = spawn(process.execPath, ['-e', BUSY, 'runtime/entry.cjs'], { env: { _HANDLER: 'src/work.handler' } });
  await once(child, 'exit');

  const used = between(before, cpu.now());
  cpu.stop();
  expect(used['function work']).toBeGreaterThanOrEqual(200);
  expect(Object.keys(used)).not.toContain('generator');
});
