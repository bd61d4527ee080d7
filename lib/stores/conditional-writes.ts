import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Deadline, retry } from '../deadline.ts';
import { PermanentError, TransientError } from '../errors.ts';
import type { Coordinates } from '../kafka/records.ts';
import { type Item, itemBytes } from './attributes.ts';
import { oneAttempt } from './call.ts';
import { insertion, type Replacement, replacement } from './partiql.ts';
import { runStatements, type SizedStatement, type StatementOutcome } from './statements.ts';

export interface ConditionalWrite {
  readonly table: string;
  /** the key attributes of the table */
  readonly key: readonly string[];
  readonly item: Item;
  /** absent: an item that is stored under this key stays unchanged */
  readonly replaces?: Replacement;
  /** the record that it writes, for traces */
  readonly record?: Coordinates;
}

/**
 * Writes items if their conditions hold, and tries again after transient errors, until the deadline.
 * @param writes of different keys
 * @returns the outcome of each write, in their order; errors are outcomes too
 */
export type WriteIf = (writes: readonly ConditionalWrite[], deadline: Deadline) => Promise<readonly StatementOutcome[]>;

/** "Service, account, and table quotas": item size. */
export const ITEM_LIMIT_BYTES = 400 * 1024;

type Verb = 'replace' | 'insert' | 'replace again';

interface Task {
  readonly write: ConditionalWrite;
  readonly bytes: number;
  /** the next statement, or the last one */
  verb: Verb;
  outcome: StatementOutcome | undefined;
}

/**
 * The statement after a refused one; none: the write is refused. The item is usually there, so a replacement comes
 * first. If there is none, the item is inserted. If another worker has inserted one meanwhile, that one is replaced,
 * unless it is the newer one.
 */
const NEXT: Readonly<Record<Verb, (write: ConditionalWrite, found: Item | undefined) => Verb | undefined>> = {
  replace: (_, found) => (found ? undefined : 'insert'),
  insert: ({ replaces }) => (replaces ? 'replace again' : undefined),
  'replace again': () => undefined,
};

/**
 * Conditional writes in few calls of DynamoDB: usually one call for 25 of them.
 *
 * Errors in the outcomes: PermanentError for an item that DynamoDB refuses because of its content: TOO_LARGE (over
 * 400 KB), TOO_DEEP (more than 32 levels), and `UNEXPECTED` for any other validation error. If most of a batch has
 * `UNEXPECTED`, for example because the table has the wrong keys, lib/kafka/dead-letters.ts fails the batch.
 * TransientError for all other errors.
 */
export function conditionalWrites(client = clientWithoutLogs()): WriteIf {
  return async (writes, deadline) => {
    const tasks = writes.map(taskOf);
    const attempt = async () => {
      let due = tasks.filter(isOpen);
      while (due.length > 0) {
        const outcomes = await runStatements(client, due.map(statementOf), deadline);
        due = due.filter((task, index) => advance(task, outcomes[index] as StatementOutcome));
      }
      const failed = tasks.find(isOpen)?.outcome;
      if (failed?.status === 'failed') throw failed.error;
    };
    await retry(attempt, { deadline }).catch((error: unknown) => {
      if (!(error instanceof TransientError)) throw error;
    });
    return tasks.map(({ outcome }) => outcome as StatementOutcome);
  };
}

/** For logs, the SDK copies each request and answer, even if nobody reads them: a tenth of the CPU time of a large call. */
function clientWithoutLogs(): DynamoDBClient {
  const client = new DynamoDBClient(oneAttempt);
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

function taskOf(write: ConditionalWrite): Task {
  const bytes = itemBytes(write.item);
  return { write, bytes, verb: write.replaces ? 'replace' : 'insert', outcome: tooLarge(bytes) };
}

function tooLarge(bytes: number): StatementOutcome | undefined {
  if (bytes <= ITEM_LIMIT_BYTES) return undefined;
  const message = `the item has ${bytes} bytes, over the ${ITEM_LIMIT_BYTES} that DynamoDB takes`;
  return { status: 'failed', error: new PermanentError('TOO_LARGE', message) };
}

function isOpen({ outcome }: Task): boolean {
  return outcome === undefined || (outcome.status === 'failed' && outcome.error.retriable);
}

function statementOf({ write, bytes, verb }: Task): SizedStatement {
  const { table, key, item, replaces, record } = write;
  const request = replaces && verb !== 'insert' ? replacement(table, key, item, replaces) : insertion(table, item);
  return { request, bytes, record };
}

/** @returns whether the task needs another statement */
function advance(task: Task, outcome: StatementOutcome): boolean {
  task.outcome = outcome;
  const next = outcome.status === 'refused' ? NEXT[task.verb](task.write, outcome.found) : undefined;
  task.verb = next ?? task.verb;
  return next !== undefined;
}
