import { type GeneratorOptions, type RunningGenerator, runAtRate } from '../../load/generator.ts';
import { badMark, createManifest, goodMark } from '../../load/manifest.ts';
import type { PartitionerName } from '../../load/partitioner.ts';
import { startProducer } from '../../load/producer.ts';
import { createRandom } from '../../load/random.ts';
import type { GeneratedRecord } from '../../load/record.ts';
import { createSpoiler, type Share } from '../../load/spoiler.ts';
import type { Encoding, LoginsManifest, SchemaIds } from '../facts.ts';
import { LOGINS } from '../places.ts';
import { BAD_LOGINS } from './bad-records.ts';
import { encode, encodingsFor } from './encoding.ts';
import { createLogins } from './login.ts';

export interface LoginsGeneratorOptions extends GeneratorOptions {
  /** Logins per second. */
  rate: number;
  /** The share of bad records, 0 to 1. */
  bad?: Share | undefined;
  /** What user ids start with. */
  prefix?: string | undefined;
  schemas: SchemaIds;
  /** How a login's partition is chosen; by the hash of its key without it. */
  partitioner?: PartitionerName | undefined;
}

const DEFAULT_BAD = 0.01;
/** Two in five as the console producer sends them; the rest in the framings, in equal parts. */
const JSON_SHARE = 0.4;

/**
 * Starts the load on the topic user-login.
 *
 * @throws Error where the brokers can't be reached
 * @example
 * const logins = await startLogins({ brokers: '127.0.0.1:9092', seed: 7, rate: 50, schemas });
 * await logins.finished;
 * const { causes } = await logins.stop();
 */
export async function startLogins(options: LoginsGeneratorOptions): Promise<RunningGenerator<LoginsManifest>> {
  const { brokers, seed, rate, bad = DEFAULT_BAD, prefix, schemas, partitioner, traces } = options;
  const manifest = { ...createManifest(seed, Date.now(), BAD_LOGINS), encodings: encodingsFor(schemas) };
  const producer = await startProducer({
    brokers,
    clientId: 'logins',
    topics: [LOGINS],
    manifest,
    partitioner,
    traces,
  });
  const next = recordsOf({ seed, bad, prefix, schemas });
  return runAtRate(options, rate, producer, manifest, (count, now) => Array.from({ length: count }, () => next(now)));
}

/** Makes the next login's record, spoiled in its turn. */
export function recordsOf({
  seed,
  bad,
  prefix = 'U',
  schemas,
}: Pick<LoginsGeneratorOptions, 'seed' | 'prefix' | 'schemas'> & { bad: Share }): (now: number) => GeneratedRecord {
  const nextLogin = createLogins({ seed, prefix });
  const random = createRandom(seed, 1);
  const spoiler = createSpoiler(BAD_LOGINS, bad);
  const framings = encodingsFor(schemas).filter((encoding) => encoding !== 'json');
  return (now) => {
    const login = nextLogin(now);
    const head = { topic: LOGINS, key: login.user_id ?? null };
    const cause = spoiler.next();
    const spoiled = cause === undefined ? undefined : BAD_LOGINS[cause];
    if (cause !== undefined && spoiled) {
      return { ...head, value: spoiled.value(login, schemas, now), mark: badMark(cause) };
    }
    const encoding = random.chance(JSON_SHARE) ? 'json' : (framings[random.below(framings.length)] as Encoding);
    return { ...head, value: encode(encoding, login, schemas, random), mark: goodMark() };
  };
}
