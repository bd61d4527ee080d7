import type { Columns } from './domain-types.ts';
import { merged, TOPIC_NAMES } from './domains.ts';
import type { ReconcileInput } from './input.ts';
import { readItems } from './readback/dynamodb.ts';
import { readLines } from './readback/file.ts';
import { readTopics } from './readback/kafka.ts';
import { readDocuments } from './readback/opensearch.ts';
import { readRows } from './readback/postgres.ts';
import { readArchive } from './readback/s3.ts';
import { isUnread, type Rows, type Unread, type World } from './world.ts';

const COLUMNS = merged('columns') as Readonly<Record<keyof Rows, Columns>>;

/**
 * Reads back everything that the report judges. It reads the topics first, because the stores get their data from them.
 * A store that doesn't answer is `failed` in the result, and makes the report not ok.
 * @throws Error where the topics can't be read: every expectation is computed from them
 */
export async function readWorld({ kafka, stores }: Pick<ReconcileInput, 'kafka' | 'stores'>): Promise<World> {
  const topics = await readTopics(kafka, TOPIC_NAMES);
  const [s3, rds, dynamodb, opensearch, file] = await Promise.all([
    read(stores.s3, readArchive),
    read(stores.rds, ({ postgres }) => readRows(postgres, COLUMNS)),
    read(stores.dynamodb, readItems),
    read(stores.opensearch, readDocuments),
    read(stores.file, ({ path }) => readLines(path)),
  ]);
  return { readAt: Date.now(), topics, s3, rds, dynamodb, opensearch, file };
}

async function read<P extends object, T>(place: P | Unread, readStore: (place: P) => Promise<T>): Promise<T | Unread> {
  if (isUnread(place)) return place;
  try {
    return await readStore(place);
  } catch (error) {
    return { failed: messageOf(error) };
  }
}

/** An error's message with the messages of its causes. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}
