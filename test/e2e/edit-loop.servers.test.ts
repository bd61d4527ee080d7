import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Partitioners } from 'kafkajs';
import { kafkaOf } from '#local/deploy/servers.ts';
import { readTopics } from '#proof/readback/kafka.ts';
import { type Checkout, copyCheckout, type StartedRun } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';

const MINUTE = 60_000;
let checkout: Checkout;
beforeAll(async () => {
  checkout = await copyCheckout();
});
afterAll(() => checkout?.remove());

test(
  '--minimal: the next record is processed by the saved function; a broken function changes nothing',
  async () => {
    const run = checkout.start(['--minimal', '--only', 'none']);
    await run.says(/Save a file/);
    const rules = join(checkout.folder, 'functions', 'fleet', 'alerts.ts');
    const source = await readFile(rules, 'utf8');
    expect(await alertOf(run)).toBe('Speeding');

    await appendFile(rules, '\nconst broken = ;\n');
    await run.says(/not rebuilt.*Unexpected ";"/s);
    expect(await alertOf(run)).toBe('Speeding');

    // Many editors save like this: they replace the file with a new one.
    await writeFile(`${rules}.new`, source.replace('Speeding:', 'TooFast:'));
    await rename(`${rules}.new`, rules);
    await run.says(/rebuilt in \d/);
    expect(await alertOf(run)).toBe('TooFast');

    process.kill((await run.stack()).pid, 'SIGINT');
    expect(await run.exitCode(90)).toBe(0);
    expect(await checkout.processes()).toEqual([]);
  },
  15 * MINUTE,
);

/** Produces a reading over the speed limit. @returns the kind of its alert */
async function alertOf(run: StartedRun): Promise<unknown> {
  const { endpoints } = await run.stack();
  const since = Date.now();
  const reading = { vehicleId: 'V1', location: '12.97,77.59', speed: 85, timestamp: new Date(since).toISOString() };
  const producer = kafkaOf(endpoints, 'test').producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic: 'raw-data-topic', messages: [{ key: 'V1', value: JSON.stringify(reading) }] });
  await producer.disconnect();
  const first = async () => (await readTopics(endpoints.kafka, ['alerts-topic'], { since }))['alerts-topic'].records[0];
  const alert = await eventually(first, { what: 'the alert', boundMs: 180_000 });
  return JSON.parse(String(alert?.value)).alert;
}
