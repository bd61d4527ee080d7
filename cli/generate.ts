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

Sends more records to the running stack (npm start), until Ctrl-C or until --duration is over. Defaults are in (…).

fleet                 simulated vehicles G001, G002, … on raw-data-topic and trips-topic
  --vehicles N        number of vehicles (20)
  --rate R            readings per second of all vehicles together (1 per vehicle)
  --bad SHARE         share of bad records, 0 to 1 (0.01)
  --seed N            the same seed generates the same drives (1)
fleet --trace FILE    a recorded trace: a JSON array of {"point": "POINT(lon lat)", "time": "…+0200", "id"?}.
                      The speed of a fix is calculated from the fix before it.
  --vehicle ID        vehicle id of the trace (the id in each fix, or the file's name)
  --speedup N         replay the trace N times as fast (1)
  --shift now         shift the times so that the last fix is sent at its own time (this is the default)
  --keep-time         keep the recorded times
orders                orders of a shop on the topic orders; order ids begin with G
  --rate R            orders per second (10 to 50, following the hours of a day)
  --bad SHARE         share of bad records, 0 to 1 (0.01)
  --seed N            the same seed generates the same orders, with the bad ones in the same places (1)
orders --file FILE    real orders from a .csv (its first line names the columns) or .ndjson file. The whole file is
                      checked before the first order is sent. An order for a product that is not in the catalogue
                      becomes a dead letter (UNKNOWN_PRODUCT). To add products, edit
                      resources/catalogue/products.json, then: npm run invoke -- seedCatalogue
  --map F=C,…         column C of each field F, such as order_id=orderID,amount=total. The fields are order_id, user_id,
                      product_id, amount, timestamp (ISO 8601, epoch seconds or epoch milliseconds). A field that is
                      not listed has a column of its own name.
  --speed N           replay the orders N times as fast as they were placed (1)
  --time shift|keep   shift: each order's event time becomes its time of sending; keep: event times stay (shift).
                      Sort the file, oldest order first. With shift, a file is refused if an order is over an hour
                      older than one above it. With keep, such an order is sent at once; it is late if it is over a
                      day older than the newest order of its partition.
logins                logins to an app on user-login, as JSON and as Avro in both framings; user ids begin with G
  --rate R            logins per second (20)
  --bad SHARE         share of bad records, 0 to 1 (0.01)
  --seed N            the same seed generates the same logins (1)
demo                  records of every kind on demo_topic
  --rate R            records per second (2)
  --seed N            the same seed generates the same records (1)
all of them
  --duration S        seconds to run (until Ctrl-C, or to the end of the trace or file)

Exit codes: 0 all records were acknowledged, 1 failed, 2 wrong arguments.
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

/** A kind of load. `prepare` checks its options, and returns the function that starts it. */
interface Kind {
  options: readonly OptionName[];
  prepare(values: Values): Promise<(options: GeneratorOptions, stack: StackFile) => Promise<RunningGenerator>>;
}

/** With shifted times, an order may be this much older than one above it in the file; else the file isn't sorted. */
const MOST_BACK_MS = 3_600_000;
/** Timeout for reading the catalogue. */
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
          throw new Error('the stack is still deploying its template: try again in a few seconds');
        const dynamodb = dynamodbOf(endpoints);
        // "G": other vehicles than those of npm start, so that neither run changes the trips of the other.
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
      if (values.shift && values['keep-time']) throw new UsageError('give --shift now or --keep-time, not both');
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
      if (kind.options.includes(option)) continue;
      const all = kind.options.map((own) => `--${own}`).join(', ');
      throw new UsageError(`"${name}" has no option --${option}; it has ${all}`);
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
    if (generator === undefined) throw new Error('stopped before the first record was sent');
    try {
      await untilAborted(generator.finished, signal);
    } finally {
      await generator.stop();
    }
    const progress = generator.progress();
    shown.line(lineOf(name, progress));
    if (progress.uncertain === 0) return EXIT.ok;
    throw new Error(
      `sending ${progress.uncertain} records failed, so they may be missing; the last error: ${progress.lastError}`,
    );
  },
};

/** By kind of load: the option that names a file to replay. */
const FROM_FILE: Readonly<Record<string, 'trace' | 'file'>> = { fleet: 'trace', orders: 'file' };

function kindOf(positionals: readonly string[], values: Values): string {
  const [name, stray] = positionals;
  if (stray !== undefined) {
    throw new UsageError(
      `"${stray}" is not an option; npm needs -- before the options: npm run generate -- ${name} --rate 5`,
    );
  }
  const from = FROM_FILE[name ?? ''];
  const kind = from !== undefined && values[from] !== undefined ? `${name} --${from}` : name;
  if (kind === undefined || !(kind in KINDS)) {
    const wrong = name === undefined ? ', as in: npm run generate -- fleet' : `, not "${name}"`;
    throw new UsageError(`give fleet, orders, logins or demo${wrong}`);
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
    `${file}: ${measurements.length} fixes; without a speed: ${first} are the first of their vehicle, ` +
      `${timeNotLater} are not later than the fix before, ${implausible} are implausibly far from it`,
  );
  return measurements;
}

/** The value of the promise, or undefined as soon as the signal is aborted. */
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
    ...(effects.length > 0 ? [`alerts expected: ${effects.join(', ')}`] : []),
    ...(pending > 0 ? [`${pending} in flight`] : []),
    ...(uncertain > 0 ? [`${uncertain} uncertain`] : []),
  ];
  return parts.join('; ');
}

if (import.meta.main) process.exit(await runCommand(generate));
