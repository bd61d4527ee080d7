import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { within } from '#lib/deadline.ts';
import { dynamodbOf } from '#local/deploy/servers.ts';
import { streamProgress } from '#local/servers/progress.ts';
import { readStack, type StackFile } from '#local/stack-file.ts';
import { startDemo } from '#proof/demo/load/demo.ts';
import { startFleet } from '#proof/fleet/load/start.ts';
import { startTrace } from '#proof/fleet/load/start-trace.ts';
import { deriveSpeeds, parseTrace } from '#proof/fleet/load/trace.ts';
import type { GeneratorOptions, Progress, RunningGenerator } from '#proof/load/generator.ts';
import { startLogins } from '#proof/logins/load/start.ts';
import { parseColumns } from '#proof/orders/load/replay/columns.ts';
import { productsOf, readOrders } from '#proof/orders/load/replay/read-orders.ts';
import { startReplay } from '#proof/orders/load/replay/start-replay.ts';
import { startOrders } from '#proof/orders/load/start.ts';
import { type Command, EXIT, numberOption, runCommand, UsageError } from './command.ts';
import { noteOfUnknown } from './generate/unknown-products.ts';
import { schemaIds } from './run/schema-ids.ts';
import { tripsReady } from './run/trips-ready.ts';

const USAGE = `
Usage: npm run generate -- fleet [options]
       npm run generate -- fleet --trace FILE [options]
       npm run generate -- orders [options]
       npm run generate -- orders --file FILE [options]
       npm run generate -- logins [options]
       npm run generate -- demo [options]

More load on the running stack (npm start), until Ctrl-C or its duration is over.

fleet                 simulated vehicles on raw-data-topic and trips-topic
  --vehicles N        how many (20); they are called G001, G002, …
  --rate R            readings per second in all (one per vehicle)
  --bad SHARE         share of bad records, 0 to 1 (0.01)
  --seed N            the same seed, the same drives (1)
fleet --trace FILE    a recorded trace, a JSON array of {"point": "POINT(lon lat)", "time": "…+0200", "id"?};
                      speeds follow from consecutive fixes
  --vehicle ID        whose trace it is (the fixes' id, or the file's name)
  --speedup N         replay it N times as fast (1)
  --shift now         move its times so that the last fix is sent at its own time (what is done by default)
  --keep-time         keep its times
orders                orders of a shop on the topic orders; their ids begin with G
  --rate R            per second (10 to 50, along the curve of a day)
  --bad SHARE         share of bad records, 0 to 1 (0.01)
  --seed N            the same seed, the same orders, and bad ones in the same places (1)
orders --file FILE    real orders: a .csv whose first line names its columns, or .ndjson; looked through before anything
                      is sent. Orders of products that are not in the catalogue become dead letters, UNKNOWN_PRODUCT:
                      add the products to resources/catalogue/products.json, then npm run invoke -- seedCatalogue
  --map F=C,…         columns by field, as in order_id=orderID,amount=total; fields are order_id, user_id, product_id,
                      amount, timestamp (ISO 8601, or epoch seconds or milliseconds); else columns of these names
  --speed N           replay them N times as fast as they were placed (1)
  --time shift|keep   event times shifted to the moment of sending, or kept (shift). The oldest order comes first:
                      with shift a file that goes back by more than an hour is refused; with keep an older order
                      follows at once, and is late where it is older by more than a day than its partition's newest
logins                logins to an app on user-login: JSON, and Avro in both framings; user ids begin with G
  --rate R            per second (20)
  --bad SHARE         share of bad records, 0 to 1 (0.01)
  --seed N            the same seed, the same logins (1)
demo                  records of every kind on demo_topic
  --rate R            per second (2)
  --seed N            the same seed, the same records (1)
each
  --duration S        seconds (until Ctrl-C, or to the end of the trace or file)

Exit codes: 0 all records were acknowledged, 1 failed, 2 called wrongly.
`;

const OPTIONS = {
  vehicles: { type: 'string' },
  rate: { type: 'string' },
  bad: { type: 'string' },
  seed: { type: 'string' },
  duration: { type: 'string' },
  trace: { type: 'string' },
  vehicle: { type: 'string' },
  speedup: { type: 'string' },
  shift: { type: 'string' },
  'keep-time': { type: 'boolean' },
  file: { type: 'string' },
  map: { type: 'string' },
  speed: { type: 'string' },
  time: { type: 'string' },
} as const;

type OptionName = keyof typeof OPTIONS;
type Values = { [name in OptionName]?: string | boolean | undefined };

/** What a kind of load needs before it can start: its options, all checked. */
interface Kind {
  options: readonly OptionName[];
  prepare(values: Values): Promise<(options: GeneratorOptions, stack: StackFile) => Promise<RunningGenerator>>;
}

/** A replay with shifted times keeps the distances of its orders: what comes later by more is out of place. */
const MOST_BACK_MS = 3_600_000;
/** How long the catalogue is waited for. */
const CATALOGUE_MS = 5_000;

const KINDS: Record<string, Kind> = {
  fleet: {
    options: ['vehicles', 'rate', 'bad', 'seed', 'duration'],
    async prepare(values) {
      const vehicles = number(values, 'vehicles', 20, { min: 1, max: 100_000, integer: true });
      const rate = number(values, 'rate', vehicles, { min: 0.01, max: 50_000 });
      const bad = number(values, 'bad', 0.01, { min: 0, max: 1 });
      return async (options, { endpoints, references }) => {
        const table = references?.['TripsTable']?.['Ref'];
        if (typeof table !== 'string')
          throw new Error('the stack is still deploying its template: try again in a moment');
        const dynamodb = dynamodbOf(endpoints);
        // "G": the vehicles of npm start keep their trips to themselves.
        return startFleet({
          ...options,
          vehicles,
          rate,
          bad,
          prefix: 'G',
          tripsReady: (trips) => tripsReady(dynamodb, table, trips).finally(() => dynamodb.destroy()),
        });
      };
    },
  },
  'fleet --trace': {
    options: ['trace', 'vehicle', 'speedup', 'shift', 'keep-time', 'duration'],
    async prepare(values) {
      const file = String(values.trace);
      const speedup = number(values, 'speedup', 1, { min: 1, max: 1_000_000 });
      if (values.shift !== undefined && values.shift !== 'now') {
        throw new UsageError(`--shift takes "now", not "${values.shift}"; --keep-time keeps the recorded times`);
      }
      if (values.shift && values['keep-time']) throw new UsageError('--shift now and --keep-time exclude each other');
      const measurements = await readTrace(file, values.vehicle as string | undefined);
      return (options) => startTrace({ ...options, measurements, speedup, shift: !values['keep-time'] });
    },
  },
  orders: {
    options: ['rate', 'bad', 'seed', 'duration'],
    async prepare(values) {
      const range = { min: 0.01, max: 50_000 };
      const rate = values.rate === undefined ? undefined : number(values, 'rate', 0, range);
      const bad = number(values, 'bad', 0.01, { min: 0, max: 1 });
      return (options) => startOrders({ ...options, rate, bad, prefix: 'G' });
    },
  },
  'orders --file': {
    options: ['file', 'map', 'speed', 'time', 'duration'],
    async prepare(values) {
      const file = String(values.file);
      const speed = number(values, 'speed', 1, { min: 0.001, max: 1_000_000 });
      const { time = 'shift' } = values;
      if (time !== 'shift' && time !== 'keep') throw new UsageError(`--time takes shift or keep, not "${time}"`);
      const columns = columnsOption(values.map as string | undefined);
      const shift = time === 'shift';
      const mostBackMs = shift ? MOST_BACK_MS : undefined;
      const products = await productsOf(file, columns, mostBackMs);
      return async (options, stack) => {
        await tellUnknown(products, stack);
        return startReplay({ ...options, orders: readOrders(file, columns, mostBackMs), speed, shift });
      };
    },
  },
  logins: {
    options: ['rate', 'bad', 'seed', 'duration'],
    async prepare(values) {
      const rate = number(values, 'rate', 20, { min: 0.01, max: 50_000 });
      const bad = number(values, 'bad', 0.01, { min: 0, max: 1 });
      return async (options, { endpoints, references }) =>
        startLogins({ ...options, rate, bad, prefix: 'G', schemas: await schemaIds(endpoints, references ?? {}) });
    },
  },
  demo: {
    options: ['rate', 'seed', 'duration'],
    async prepare(values) {
      const rate = number(values, 'rate', 2, { min: 0.01, max: 10_000 });
      return (options) => startDemo({ ...options, rate });
    },
  },
};

export const generate: Command<typeof OPTIONS> = {
  name: 'generate',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals, signal }) {
    const name = kindOf(positionals, values);
    const kind = KINDS[name] as Kind;
    for (const option of Object.keys(values) as OptionName[]) {
      if (!kind.options.includes(option)) throw new UsageError(`--${option} is no option of "${name}"`);
    }
    const seed = number(values, 'seed', 1, { min: 0, integer: true });
    const durationSeconds = values.duration === undefined ? undefined : number(values, 'duration', 0, { min: 0.1 });
    const start = await kind.prepare(values);
    const stack = await readStack();

    const shown = streamProgress(process.stderr);
    const onProgress = (progress: Progress) => shown.update(lineOf(name, progress));
    const generator = await untilAborted(
      start({ brokers: stack.endpoints.kafka, seed, durationSeconds, onProgress }, stack),
      signal,
    );
    if (generator === undefined) throw new Error('stopped before the load began');
    try {
      await untilAborted(generator.finished, signal);
    } finally {
      await generator.stop();
    }
    const progress = generator.progress();
    shown.line(lineOf(name, progress));
    if (progress.uncertain === 0) return EXIT.ok;
    throw new Error(`${progress.uncertain} records may be missing, their sends failed: ${progress.lastError}`);
  },
};

/** The option by which a kind of load is taken from a file. */
const FROM_FILE: Readonly<Record<string, 'trace' | 'file'>> = { fleet: 'trace', orders: 'file' };

function kindOf(positionals: readonly string[], values: Values): string {
  const [name, stray] = positionals;
  if (stray !== undefined) {
    throw new UsageError(
      `"${stray}" is no option; npm passes options on after --: npm run generate -- ${name} --rate 5`,
    );
  }
  const from = FROM_FILE[name ?? ''];
  const kind = from !== undefined && values[from] !== undefined ? `${name} --${from}` : name;
  if (kind === undefined || !(kind in KINDS)) {
    throw new UsageError(
      `say what to generate, fleet, orders, logins or demo${name === undefined ? '' : `, not "${name}"`}`,
    );
  }
  return kind;
}

function number(
  values: Values,
  name: OptionName,
  otherwise: number,
  range: Parameters<typeof numberOption>[2],
): number {
  const text = values[name];
  return text === undefined ? otherwise : numberOption(name, String(text), range);
}

function columnsOption(map: string | undefined) {
  try {
    return parseColumns(map);
  } catch (error) {
    throw new UsageError(`--map ${(error as Error).message}`);
  }
}

async function tellUnknown(products: ReadonlySet<string>, { endpoints, references }: StackFile): Promise<void> {
  const table = references?.['ProductsTable']?.['Ref'];
  if (typeof table !== 'string') return;
  const client = dynamodbOf(endpoints);
  const note = await noteOfUnknown(products, { client, table }, within(CATALOGUE_MS)).finally(() => client.destroy());
  if (note !== undefined) console.error(note);
}

async function readTrace(file: string, vehicle: string | undefined) {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Error(`can't read the trace ${file}`, { cause });
  });
  const { measurements, withoutSpeed } = deriveSpeeds(
    parseTrace(text, { vehicle, fallback: basename(file, extname(file)) }),
  );
  const { first, timeNotLater, implausible } = withoutSpeed;
  console.error(
    `${file}: ${measurements.length} fixes; without a speed: ${first} first of their vehicle, ` +
      `${timeNotLater} no later than the one before, ${implausible} implausibly far from it`,
  );
  return measurements;
}

/** What the promise gives, or undefined as soon as the signal is aborted. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const aborted = Promise.withResolvers<undefined>();
  const onAbort = () => aborted.resolve(undefined);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function lineOf(name: string, { seconds, topics, raised, uncertain, pending }: Progress): string {
  const counts = Object.entries(topics).map(
    ([topic, { acknowledged, bad }]) => `${topic} ${acknowledged}${bad > 0 ? ` (${bad} bad)` : ''}`,
  );
  const effects = Object.entries(raised).flatMap(([kind, count]) => (count > 0 ? `${kind} ${count}` : []));
  const parts = [
    `${name} ${seconds} s: ${counts.join(', ') || 'nothing acknowledged yet'}`,
    ...(effects.length > 0 ? [`to be alerted: ${effects.join(', ')}`] : []),
    ...(pending > 0 ? [`${pending} on their way`] : []),
    ...(uncertain > 0 ? [`${uncertain} uncertain`] : []),
  ];
  return parts.join('; ');
}

if (import.meta.main) process.exit(await runCommand(generate));
