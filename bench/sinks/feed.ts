import { createRequire } from 'node:module';
import { lambdaContext, mskEvent } from '#test/support/msk-event.ts';
import { CASES } from './cases.ts';
import type { Cost, Load } from './load.ts';
import { plainLoop } from './plain.ts';

type Handler = (event: unknown, context: object) => Promise<{ batchItemFailures?: unknown[] } | undefined>;

/** Invokes the packaged function as Lambda does, which also parses the event's text. */
function ours(module: string): (text: string) => Promise<void> {
  const { handler } = createRequire(import.meta.url)(module) as { handler: Handler };
  return async (text) => {
    const { batchItemFailures = [] } = (await handler(JSON.parse(text), lambdaContext(60_000))) ?? {};
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} partitions were handed back`);
  };
}

async function measure(load: Load): Promise<Cost> {
  const { record, single } = CASES.find(({ name }) => name === load.name) ?? {};
  if (!record || !single) throw new Error(`there is no case ${load.name}`);
  const work = load.module === undefined ? plainLoop(single) : ours(load.module);
  const batch = (from: number) =>
    Array.from({ length: load.batch }, (_, n) => ({ ...record(from + n), offset: from + n }));
  let [cpuMs, ms] = [0, 0];
  for (let n = -load.warmUp; n < load.batches; n += 1) {
    const text = JSON.stringify(mskEvent(batch((n + load.warmUp) * load.batch)));
    const [before, began] = [process.cpuUsage(), performance.now()];
    await work(text);
    const { user, system } = process.cpuUsage(before);
    if (n < 0) continue;
    cpuMs += (user + system) / 1_000;
    ms += performance.now() - began;
  }
  return { cpuMs, ms };
}

process.once('message', (load: Load) => {
  measure(load).then(
    (cost) => process.send?.(cost, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
      process.disconnect();
    },
  );
});
