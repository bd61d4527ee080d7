import { streamProgress } from '#local/servers/progress.ts';
import { readStack } from '#local/stack-file.ts';
import { startDemo } from '#proof/demo/load/demo.ts';
import type { Progress } from '#proof/load/generator.ts';
import { startLogins } from '#proof/logins/load/start.ts';
import { type Command, EXIT, runCommand, UsageError } from './command.ts';
import { fleet } from './generate/fleet.ts';
import {
  badShare,
  type Kind,
  number,
  OPTIONS,
  type OptionName,
  partitionerOption,
  type Values,
} from './generate/options.ts';
import { orders } from './generate/orders.ts';
import { schemaIds } from './run/schema-ids.ts';

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
  --partitioner NAME  hash: a user's partition is the hash of its id, as for all Kafka clients. even: a new user goes to
                      the partition with the fewest records so far, and keeps it. Another producer, or another run,
                      chooses otherwise, so a user's logins then lie in several partitions, in no order (hash)
demo                  records of every kind on demo_topic
  --rate R            records per second (2)
  --seed N            the same seed generates the same records (1)
all of them
  --duration S        seconds to run (until Ctrl-C, or to the end of the trace or file)

Exit codes: 0 all records were acknowledged, 1 failed, 2 wrong arguments.
`;

const KINDS: Record<string, Kind> = {
  ...fleet,
  ...orders,
  logins: {
    options: ['rate', 'bad', 'seed', 'partitioner', 'duration'],
    async prepare(values) {
      const partitioner = partitionerOption(values);
      const rate = number(values, 'rate', 20, { min: 0.01, max: 50_000 });
      const bad = badShare(values);
      return async (options, { endpoints, references }) =>
        startLogins({
          ...options,
          rate,
          bad,
          prefix: 'G',
          schemas: await schemaIds(endpoints, references ?? {}),
          partitioner,
        });
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
