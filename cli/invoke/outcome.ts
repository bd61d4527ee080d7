import { readProcessedOrder } from '#functions/orders/schema.ts';
import { identityOf } from '#functions/sinks/identity.ts';
import type { MskEvent } from '#lib/kafka/event.ts';
import { eachRecord } from '#lib/kafka/outcome.ts';
import { type KafkaRecord, partitionsOf } from '#lib/kafka/records.ts';
import { windowOf } from '#lib/windows/window.ts';
import type { Endpoints } from '#local/servers/catalogue.ts';
import type { References } from '#msk';
import { PROCESSED_ORDERS } from '#proof/orders/places.ts';
import { placesOf, type StackPlaces } from '#proof/places.ts';
import { readTopics } from '#proof/readback/kafka.ts';
import { deadLetterOf, headerOf, type LogRecord, nameOf } from '#proof/world.ts';
import { messageOf } from '../command.ts';
import { findArchived } from '../follow/archived.ts';
import { coordinatesOf } from '../follow/coordinates.ts';
import { documentText, findDocuments } from '../follow/documents.ts';
import { findItems } from '../follow/items.ts';
import { PRODUCED } from '../follow/records.ts';
import { findRows } from '../follow/rows.ts';
import { escaped, recordText } from '../text/record-text.ts';

/** Where to look for what an invocation has produced and stored. */
export interface Outcome {
  endpoints: Endpoints;
  references: References;
  /** names of the function's variables: they show which stores it writes to */
  variables: readonly string[];
  /** ms since the epoch: when the invocation began */
  since: number;
}

/** A captured event may hold thousands of records: only the first ones are looked up in the stores. */
const LOOKED_UP = 20;

type Find = (places: StackPlaces['stores'], record: KafkaRecord) => Promise<string[]>;

/** The stores, by a variable that only the functions writing to the store have. */
const stores: Readonly<Record<string, { title: string; find: Find }>> = {
  ARCHIVE_BUCKET: {
    title: 's3',
    find: async ({ s3 }, record) =>
      (await findArchived(s3, record)).map(({ object, line }) => `${object} line ${line}`),
  },
  DATABASE_ARN: {
    title: 'rds',
    find: async ({ rds }, record) =>
      (await findRows(rds.postgres, identityOf(record)))
        .filter(({ source }) => source === identityOf(record))
        .map(({ table, row }) => `${table}  ${JSON.stringify(row)}`),
  },
  OPENSEARCH_NODE: {
    title: 'opensearch',
    find: async ({ opensearch }, record) =>
      (await findDocuments(opensearch, identityOf(record)))
        .filter(({ id }) => id === identityOf(record))
        .map(documentText),
  },
  VEHICLES_TABLE: {
    title: 'dynamodb',
    find: async ({ dynamodb }, record) => {
      const own = logRecord(record);
      const found = await findItems(dynamodb, { ...own, ...coordinatesOf(identityOf(record)) }, [own]);
      return found.map(
        ({ table, item, holds }) => `${table}  ${JSON.stringify(item)}${holds ? '' : '  (a newer one)'}`,
      );
    },
  },
};

/** Prints the records that an invocation produced, and what its stores now hold of the event's records. */
export async function showOutcome(event: unknown, { endpoints, references, variables, since }: Outcome): Promise<void> {
  const records = recordsOf(event);
  if (records.length === 0) return;
  const { kafka, stores: places } = placesOf(endpoints, references);
  await show('produced', async () => (await producedFrom(records, kafka, since)).map(recordText));
  for (const { title, find } of Object.entries(stores).flatMap(([name, store]) =>
    variables.includes(name) ? store : [],
  )) {
    await show(title, async () => {
      const lines: string[] = [];
      for (const record of records.slice(0, LOOKED_UP)) {
        for (const found of await find(places, record)) lines.push(`${nameOf(record)}  ${found}`);
      }
      return records.length > LOOKED_UP
        ? [...lines, `… only the first ${LOOKED_UP} of ${records.length} records were looked up`]
        : lines;
    });
  }
}

function recordsOf(event: unknown): KafkaRecord[] {
  try {
    return partitionsOf(event as MskEvent).flatMap(({ records }) => records);
  } catch {
    return [];
  }
}

/** Other records are produced at the same time; the headers show which ones come from this event. */
async function producedFrom(records: readonly KafkaRecord[], kafka: string, since: number): Promise<LogRecord[]> {
  const names = new Set([...records.map(nameOf), ...windowsOf(records)]);
  const logs = await readTopics(kafka, PRODUCED, { since });
  return PRODUCED.flatMap((topic) => logs[topic].records).filter((record) => {
    const source = headerOf(record, 'source') ?? '';
    return names.has(deadLetterOf(record)) || names.has(source) || names.has(source.split('/')[0] as string);
  });
}

/** The sources of the window results in which the event's orders are counted. */
function windowsOf(records: readonly KafkaRecord[]): string[] {
  const orders = records.filter(({ topic }) => topic === PROCESSED_ORDERS);
  return eachRecord(orders, readProcessedOrder).done.map(({ result: { timestamp, product_id } }) => {
    return `${windowOf(Date.parse(timestamp)) / 1000}/${product_id}`;
  });
}

function logRecord(record: KafkaRecord): LogRecord {
  const { topic, partition, offset, timestamp, key, value } = record;
  const byName = Map.groupBy(record.headers, ({ name }) => name);
  const headers = new Map(
    [...byName].map(([name, own]) => [name, own.map((header) => header.value ?? Buffer.alloc(0))]),
  );
  return { topic, partition, offset, timestamp, key, value, headers };
}

async function show(title: string, find: () => Promise<string[]>): Promise<void> {
  const lines = await find().catch((error: unknown) => [`can't be read: ${messageOf(error)}`]);
  console.log([title, ...(lines.length > 0 ? lines : ['-']).map((line) => `  ${escaped(line)}`)].join('\n'));
}
