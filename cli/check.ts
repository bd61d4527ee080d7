import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { streamProgress } from '#local/servers/progress.ts';
import { startStack } from '#local/stack.ts';
import { readFacts } from '#proof/kept-facts.ts';
import { placesOf } from '#proof/places.ts';
import { reconcile } from '#proof/reconcile.ts';
import { summary } from '#proof/summary.ts';
import { type Command, EXIT, runCommand, UsageError } from './command.ts';

const USAGE = `
Usage: npm run check -- DIR [options]

Compares every record of a run again, with its kept data: a run of \`npm start -- --keep DIR --report FILE\`, or of
\`npm run chaos\`. It starts the servers on the data, without functions and without load. The exit code is 1 if a record
is lost, wrong or stored twice.

  --report FILE     write the report to FILE
`;

const OPTIONS = { report: { type: 'string' } } as const;

const check: Command<typeof OPTIONS> = {
  name: 'check',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals: [folder, ...more], signal }) {
    if (folder === undefined || more.length > 0) throw new UsageError('give one folder, that of --keep');
    const keep = resolve(folder);
    const { facts, references, brokers, unread } = await readFacts(keep);
    const search = unread['opensearch'] === undefined;
    const progress = streamProgress(process.stdout);
    const stack = await startStack({ stage: 'check', keep, brokers, search, progress, signal });
    try {
      const { kafka, stores } = placesOf(stack.endpoints, references);
      const file = unread['file'] ?? { path: join(keep, 'data', 'connect', 'metrics.json') };
      const opensearch = unread['opensearch'] ?? stores.opensearch;
      const report = await reconcile({ ...facts, kafka, stores: { ...stores, opensearch, file } });
      console.log(summary(report));
      if (values.report !== undefined) {
        await mkdir(dirname(values.report), { recursive: true });
        await writeFile(values.report, `${JSON.stringify(report, undefined, 2)}\n`);
      }
      return report.ok ? EXIT.ok : EXIT.failed;
    } finally {
      await stack.stop();
    }
  },
};

process.exit(await runCommand(check));
