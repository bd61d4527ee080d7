import { type Checkout, copyCheckout } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';
import { npmRun } from '../support/npm.ts';
import { type JaegerTrace, startJaeger } from './jaeger.ts';

/**
 * A reading's way in a real Jaeger: `npm run test:long -- jaeger`. Starts Jaeger and the fleet, sends one reading that
 * raises an alert, finds its trace by the id that `npm run follow` shows, and prints it.
 */
const READING = { vehicleId: 'J1', location: '12.97,77.59', speed: 85 };
/** Each span that the trace must have. */
const EXPECTED = [
  'produce: send raw-data-topic',
  'processTelemetry: process raw-data-topic',
  'processTelemetry: send processed-data-topic',
  'processTelemetry: send alerts-topic',
  'archiveToS3: S3 PutObject',
  'insertIntoRds: DATABASE INSERT',
  'upsertIntoDynamodb: DYNAMODB BatchExecuteStatement',
  'indexAlerts: OPENSEARCH bulk',
];

const jaeger = await startJaeger();
const checkout = await copyCheckout();
const end = () => Promise.all([checkout.remove(), jaeger.stop()]);
process.once('SIGINT', () => void end().finally(() => process.exit(130)));
try {
  process.exitCode = (await isOneTrace(checkout)) ? 0 : 1;
} finally {
  await end();
}

async function isOneTrace(own: Checkout): Promise<boolean> {
  const run = own.start(['--only', 'fleet', '--vehicles', '20', '--otlp', jaeger.endpoint]);
  await run.says(/all mappings poll/);
  const source = (await npmRun(own, 'produce', ['raw-data-topic'], { ...READING, timestamp: new Date() })).trim();
  const way = await npmRun(own, 'follow', [source]);
  const id = /^trace\n {2}([0-9a-f]{32})$/m.exec(way)?.[1];
  if (id === undefined) throw new Error(`npm run follow shows no trace:\n${way}`);

  let trace: JaegerTrace | undefined;
  const missing = () => EXPECTED.filter((name) => !linesOf(trace).some((line) => line.includes(name)));
  const isWhole = async () => {
    trace = await jaeger.trace(id);
    return missing().length === 0;
  };
  const isThere = await eventually(isWhole, { what: 'the whole trace', boundMs: 60_000, seen: missing }).then(
    () => true,
    (error: Error) => console.log(error.message),
  );
  console.log([`the trace ${id} of ${source} in Jaeger:`, ...linesOf(trace)].join('\n'));
  const orphans = trace?.spans.filter(({ references }) => references.some((to) => isOrphan(trace, to))) ?? [];
  for (const { operationName } of orphans) console.log(`the span above "${operationName}" is missing`);
  run.interrupt();
  await run.exitCode(60);
  return isThere === true && orphans.length === 0;
}

function isOrphan(trace: JaegerTrace | undefined, to: JaegerTrace['spans'][number]['references'][number]): boolean {
  return to.refType === 'CHILD_OF' && !trace?.spans.some(({ spanID }) => spanID === to.spanID);
}

/** The spans as a tree, each with ms since the first one, and its duration. */
function linesOf(trace: JaegerTrace | undefined): string[] {
  if (trace === undefined) return [];
  const began = Math.min(...trace.spans.map(({ startTime }) => startTime));
  const below = (parent: string | undefined, indent: string): string[] =>
    trace.spans
      .filter((span) => parentOf(span) === parent)
      .toSorted((a, b) => a.startTime - b.startTime)
      .flatMap(({ spanID, processID, operationName, startTime, duration }) => {
        const service = trace.processes[processID]?.serviceName ?? '';
        const times = `+${((startTime - began) / 1_000).toFixed(1)} ms, ${(duration / 1_000).toFixed(1)} ms`;
        return [`${indent}${service}: ${operationName}  ${times}`, ...below(spanID, `${indent}  `)];
      });
  return below(undefined, '  ');
}

function parentOf({ references }: JaegerTrace['spans'][number]): string | undefined {
  return references.find(({ refType }) => refType === 'CHILD_OF')?.spanID;
}
