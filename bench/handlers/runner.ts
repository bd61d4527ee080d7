import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { replaceEdges, type Sent } from './edges.ts';

/** One measurement: a handler on a list of events. */
export interface Run {
  /** path of the handler's bundle */
  module: string;
  /** file with one event a line */
  events: string;
  /** number of records in these events */
  records: number;
  /** ms of CPU for the warm-up and for the measurement; 0 handles the events once, and measures memory */
  budget: number;
  /** false: the function sends to a broker */
  edge: boolean;
  /** whether vehicles are on trips */
  trips: boolean;
}

export interface Ran {
  /** µs of CPU a record, of this process with its garbage collection: the median of all laps */
  cpu: number;
  /** records a second of time that passed, median */
  rate: number;
  /** the most resident memory of this process, in MB */
  megabytes: number;
  /** per lap: number of messages for each topic */
  sent: Sent;
}

interface Lap {
  /** µs */
  cpu: number;
  ms: number;
}

type Handler = (event: unknown, context: object) => Promise<unknown>;

const SCHEMA = 'resources/avro/user_login.avsc';
const TIMEOUT_MS = 60_000;

async function run({ module, events, records, budget, edge, trips }: Run): Promise<Ran> {
  const sent = replaceEdges({ kafka: edge, trips, schema: readFileSync(SCHEMA, 'utf8') });
  const { handler } = (await import(pathToFileURL(module).href)).default as { handler: Handler };
  if (budget === 0) {
    await once(handler, events);
    return { cpu: Number.NaN, rate: Number.NaN, megabytes: megabytes(), sent };
  }
  const lines = readFileSync(events, 'utf8').trimEnd().split('\n');
  await lapsOf(handler, lines, records, budget);
  for (const topic of Object.keys(sent)) sent[topic] = 0;
  const laps = await lapsOf(handler, lines, records, budget);
  return {
    cpu: median(laps.map(({ cpu }) => cpu)) / records,
    rate: (records / median(laps.map(({ ms }) => ms))) * 1_000,
    megabytes: megabytes(),
    sent: Object.fromEntries(Object.entries(sent).map(([topic, count]) => [topic, count / laps.length])),
  };
}

const megabytes = () => process.resourceUsage().maxRSS / 1_024;

/** Handles the events one after the other, each read just before, like one execution environment. */
async function once(handler: Handler, events: string): Promise<void> {
  for await (const line of createInterface(createReadStream(events))) await invoke(handler, JSON.parse(line));
}

/** Small events are read from JSON in groups, so that the clock isn't called for each of them. */
const GROUP = 100;

/**
 * Repeats laps over all events until the CPU budget is used up. An event is read from JSON just before it is handled,
 * as in Lambda, but that isn't measured.
 */
async function lapsOf(handler: Handler, lines: readonly string[], records: number, budget: number) {
  const laps: Lap[] = [];
  const size = Math.max(1, Math.floor((GROUP * lines.length) / records));
  for (let used = 0; used < budget * 1_000; ) {
    const lap = { cpu: 0, ms: 0 };
    for (let at = 0; at < lines.length; at += size) {
      const events = lines.slice(at, at + size).map((line) => JSON.parse(line) as unknown);
      const before = process.cpuUsage();
      const began = performance.now();
      for (const event of events) await invoke(handler, event);
      const { user, system } = process.cpuUsage(before);
      lap.ms += performance.now() - began;
      lap.cpu += user + system;
    }
    laps.push(lap);
    used += lap.cpu;
  }
  return laps;
}

let invocations = 0;

async function invoke(handler: Handler, event: unknown): Promise<void> {
  const end = Date.now() + TIMEOUT_MS;
  invocations += 1;
  const answer = await handler(event, {
    functionName: 'bench',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:bench',
    memoryLimitInMB: '512',
    awsRequestId: `bench-${invocations}`,
    getRemainingTimeInMillis: () => end - Date.now(),
  });
  const failures = (answer as { batchItemFailures?: unknown[] } | undefined)?.batchItemFailures ?? [];
  if (failures.length > 0) throw new Error(`records were handed back: ${JSON.stringify(failures.slice(0, 3))}`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

process.once('message', (input: Run) => {
  run(input).then(
    (answer) => process.send?.(answer, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
