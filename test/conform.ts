import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startBroker } from './support/broker.ts';

/**
 * `npm run conform`: starts a broker and runs the plugin's conformance service on it. With `--cluster` the service is
 * deployed, and with KAFKA_BROKERS the brokers run already: no broker is started.
 */
const args = process.argv.slice(2);
const needsBroker = !args.some((arg) => /^--(cluster|help)\b/.test(arg)) && !process.env['KAFKA_BROKERS'];
const broker = needsBroker ? await startBroker([]) : undefined;
try {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../plugins/msk/conformance/conform.ts'), ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...(broker && { KAFKA_BROKERS: broker.endpoint }) },
  });
  // The child gets Ctrl-C too, and stops its service; this process waits for it, and then stops the broker.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  await broker?.stop();
}
