import type { GeneratorRun } from './input.ts';
import type { Types } from './types.ts';
import type { Held, Item, LogRecord } from './world.ts';

/** What one domain adds to a world in which everything is right. */
export interface Part<D extends keyof Types> extends Partial<Omit<Held, 's3' | 'rds' | 'dynamodb'>> {
  records: LogRecord[];
  rds: Types[D]['rows'];
  dynamodb: Record<Types[D]['table'], Item[]>;
  generator: GeneratorRun<Types[D]['manifest']>;
  facts: Types[D]['facts'];
}

/** Of each topic. */
export const PARTITIONS = 3;

/** Records that are appended to partitions, with offsets from 0. */
export interface Log {
  records: LogRecord[];
  append(topic: string, partition: number, timestamp: number, rest: Partial<LogRecord>): LogRecord;
  /** Appends the dead letter of a record. */
  letter(topic: string, of: LogRecord, by: string, code: string, message: string): void;
}

export function createLog(): Log {
  const records: LogRecord[] = [];
  const next = new Map<string, number>();
  const append: Log['append'] = (topic, partition, timestamp, rest) => {
    const offset = next.get(`${topic}-${partition}`) ?? 0;
    next.set(`${topic}-${partition}`, offset + 1);
    const record = { topic, partition, offset, timestamp, key: null, value: null, headers: new Map(), ...rest };
    records.push(record);
    return record;
  };
  const letter: Log['letter'] = (to, of, by, code, message) => {
    const { topic, partition, offset, timestamp, key, value } = of;
    const why = { topic, partition, offset, timestamp, function: by, exception: code, message };
    const errors = Object.entries(why).map(([name, text]) => [`__lambda.errors.${name}`, String(text)]);
    const headers = new Map([...of.headers, ...headersOf(Object.fromEntries(errors))]);
    append(to, partition, timestamp + 50, { key, value, headers });
  };
  return { records, append, letter };
}

export const headersOf = (headers: Record<string, string>): Map<string, Buffer[]> =>
  new Map(Object.entries(headers).map(([name, value]) => [name, [Buffer.from(value)]]));

export const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
export const iso = (ms: number): string => new Date(ms).toISOString();

/** As versions are written: see truth/version.ts. */
export const versionText = (ms: number, { partition, offset }: Pick<LogRecord, 'partition' | 'offset'>): string =>
  `${String(ms).padStart(15, '0')}-${String(partition).padStart(10, '0')}-${String(offset).padStart(20, '0')}`;

export const inOrder = (a: LogRecord, b: LogRecord): number => a.partition - b.partition || a.offset - b.offset;
