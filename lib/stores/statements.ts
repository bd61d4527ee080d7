import {
  BatchExecuteStatementCommand,
  type BatchStatementRequest,
  type BatchStatementResponse,
  type DynamoDBClient,
  DynamoDBServiceException,
} from '@aws-sdk/client-dynamodb';
import type { Deadline } from '../deadline.ts';
import { PermanentError, type PipelineError, TransientError, toPipelineError, UNEXPECTED } from '../errors.ts';
import type { Coordinates } from '../kafka/records.ts';
import { sideBySide } from '../side-by-side.ts';
import type { Item } from './attributes.ts';
import { storeCall } from './call.ts';

export interface SizedStatement {
  readonly request: BatchStatementRequest;
  /** of its item */
  readonly bytes: number;
  /** the record that it writes, for traces */
  readonly record?: Coordinates | undefined;
}

export type StatementOutcome =
  | { readonly status: 'written' }
  /** The condition doesn't hold. `found`: the stored item, if there is one and the statement asks for it */
  | { readonly status: 'refused'; readonly found?: Item }
  | { readonly status: 'failed'; readonly error: PipelineError };

const STORE = 'DYNAMODB';
/** "Running batch operations with PartiQL for DynamoDB". */
const STATEMENTS = 25;
/** With large items, a call of 25 statements could take longer than its time. */
const CALL_BYTES = 1024 * 1024;
/** 100 statements at once. More gain little: a table's partition, or DynamoDB Local, is the limit. */
const CALLS_AT_ONCE = 4;
const TIMEOUT_MS = 3_000;

/**
 * Runs PartiQL statements that write, one attempt each, 25 in a call. A refused condition is a result, not an error.
 *
 * DynamoDB refuses a whole call as invalid where a statement's values are (a number out of range, too many levels), or
 * where two statements have the same key. Such a call is halved until the statement at fault is alone.
 * @returns the outcome of each statement, in their order
 */
export async function runStatements(
  client: DynamoDBClient,
  statements: readonly SizedStatement[],
  deadline: Deadline,
): Promise<StatementOutcome[]> {
  async function call(some: readonly SizedStatement[]): Promise<StatementOutcome[]> {
    try {
      const command = new BatchExecuteStatementCommand({ Statements: some.map(({ request }) => request) });
      const records = some.flatMap(({ record }) => record ?? []);
      const own = { store: STORE, operation: 'BatchExecuteStatement', records, deadline, timeoutMs: TIMEOUT_MS };
      const { Responses = [] } = await storeCall(own, (options) => client.send(command, options).catch(throwRefusal));
      return some.map((_, index) => outcomeOf(Responses[index]));
    } catch (thrown) {
      const error = toPipelineError(thrown);
      if (error.retriable || some.length === 1) return some.map(() => ({ status: 'failed', error }));
      const half = some.length / 2;
      return [...(await call(some.slice(0, half))), ...(await call(some.slice(half)))];
    }
  }
  return (await sideBySide(callsOf(statements), CALLS_AT_ONCE, call)).flat();
}

function callsOf(statements: readonly SizedStatement[]): SizedStatement[][] {
  const calls: SizedStatement[][] = [];
  let room = 0;
  for (const statement of statements) {
    const last = calls.at(-1);
    if (last && last.length < STATEMENTS && statement.bytes <= room) last.push(statement);
    else {
      calls.push([statement]);
      room = CALL_BYTES;
    }
    room -= statement.bytes;
  }
  return calls;
}

/** Outcomes by BatchStatementError's code. Every other code is transient: the store or the deployment is at fault. */
const OUTCOMES: Readonly<Record<string, (message: string | undefined, found: Item | undefined) => StatementOutcome>> = {
  ConditionalCheckFailed: (_, found) => ({ status: 'refused', ...(found && { found }) }),
  DuplicateItem: () => ({ status: 'refused' }),
  ValidationError: (message) => ({ status: 'failed', error: refusal(message) }),
};

function outcomeOf(response: BatchStatementResponse | undefined): StatementOutcome {
  if (response && !response.Error) return { status: 'written' };
  const { Code = 'it gave no answer to a statement', Message, Item } = response?.Error ?? {};
  const outcome = OUTCOMES[Code]?.(Message, Item);
  return outcome ?? { status: 'failed', error: new TransientError(STORE, `${STORE} failed: ${Code}`) };
}

/** Parts of DynamoDB's messages for an item that it refuses because of its content, and our codes for them. */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/item size/i, 'TOO_LARGE'],
  [/nesting levels/i, 'TOO_DEEP'],
];

/** DynamoDB's message is only in the cause, since it may quote the item. */
function refusal(message: string | undefined): PermanentError {
  const code = REFUSALS.find(([pattern]) => pattern.test(message ?? ''))?.[1] ?? UNEXPECTED;
  return new PermanentError(code, 'DynamoDB refused the item as invalid', { cause: message });
}

function throwRefusal(error: unknown): never {
  const invalid = error instanceof DynamoDBServiceException && error.name === 'ValidationException';
  throw invalid ? refusal(error.message) : error;
}
