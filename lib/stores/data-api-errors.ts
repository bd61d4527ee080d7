import { PermanentError, type PipelineError, TransientError } from '../errors.ts';

/**
 * SQLSTATE classes by what they say about the record (PostgreSQL documentation, appendix A): wrong data, a violated
 * constraint, and what is too large or too deeply nested for PostgreSQL are the record's own fault.
 */
const PERMANENT: ReadonlySet<string> = new Set(['22', '23', '54']);
/** Connection, rollback (deadlock), resources, operator (shutdown, cancel): the same statement may pass later. */
const TRANSIENT: ReadonlySet<string> = new Set(['08', '40', '53', '57']);

/** Exceptions of the service and its front end that pass by themselves; every other one is a wrong deployment. */
const BY_NAME: Readonly<Record<string, string>> = {
  DatabaseResumingException: 'DATABASE_RESUMING',
  DatabaseUnavailableException: 'DATABASE_UNAVAILABLE',
  ServiceUnavailableError: 'DATABASE_UNAVAILABLE',
  InternalServerErrorException: 'DATABASE_UNAVAILABLE',
  StatementTimeoutException: 'STATEMENT_TIMEOUT',
  ThrottlingException: 'DATABASE_THROTTLED',
  TooManyRequestsException: 'DATABASE_THROTTLED',
  // The caller's deadline, and the client's own.
  AbortError: 'DATABASE_DEADLINE',
  TimeoutError: 'DATABASE_DEADLINE',
  // A transaction that was idle too long, or that a restart ended: the whole of it may be tried again.
  TransactionNotFoundException: 'TRANSACTION_LOST',
};

/**
 * An error of the Data API's client as one of ours. The codes: `SQLSTATE_23505` (permanent or transient by its class),
 * `BROKEN_DEPLOYMENT_42P01` and `BROKEN_DEPLOYMENT_ForbiddenException` (transient: a missing table or right is no
 * record's fault, so nothing is dead-lettered, and it passes when someone mends it), `DATABASE_RESUMING`,
 * `DATABASE_UNAVAILABLE`, `DATABASE_UNREACHABLE`, `DATABASE_DEADLINE` (no answer in time), `DATABASE_THROTTLED`, `STATEMENT_TIMEOUT`,
 * `TRANSACTION_LOST`. PostgreSQL's message quotes values of a record: for a permanent error it is left out, and only
 * the constraint is named; the `cause` has it all.
 */
export function toDatabaseError(error: unknown): PipelineError {
  const { name, message, status } = facts(error);
  const sqlState = /; SQLState: (\w{5})\s*$/.exec(message)?.[1];
  if (sqlState) return bySqlState(sqlState, message, error);
  const known = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  const code = known ?? (status === undefined ? 'DATABASE_UNREACHABLE' : byStatus(status, name));
  return new TransientError(code, `the Data API failed with ${name}: ${message}`, { cause: error });
}

const BROKEN = 'BROKEN_DEPLOYMENT_';

/** Whether an error is one that only a change of the deployment mends: waiting for it is in vain. */
export function isBrokenDeployment(error: unknown): error is TransientError {
  return error instanceof TransientError && error.code.startsWith(BROKEN);
}

function bySqlState(sqlState: string, message: string, cause: unknown): PipelineError {
  const kind = sqlState.slice(0, 2);
  if (PERMANENT.has(kind)) return refusedData(sqlState, /constraint "([^"]+)"/.exec(message)?.[1], { cause });
  const code = TRANSIENT.has(kind) ? `SQLSTATE_${sqlState}` : `${BROKEN}${sqlState}`;
  return new TransientError(code, `PostgreSQL failed: ${message}`, { cause });
}

/** The error of a record that PostgreSQL refuses for its data. */
export function refusedData(sqlState: string, constraint?: string, options?: ErrorOptions): PermanentError {
  const named = constraint ? ` by constraint ${constraint}` : '';
  return new PermanentError(`SQLSTATE_${sqlState}`, `PostgreSQL refused the data with ${sqlState}${named}`, options);
}

function byStatus(status: number, name: string): string {
  if (status === 429) return 'DATABASE_THROTTLED';
  return status >= 500 ? 'DATABASE_UNAVAILABLE' : `${BROKEN}${name}`;
}

/** An answer of the service has a status; an error without one comes from the way there. */
function facts(error: unknown): { name: string; message: string; status: number | undefined } {
  if (!(error instanceof Error)) return { name: typeof error, message: String(error), status: undefined };
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return { name: error.name, message: error.message, status: $metadata?.httpStatusCode };
}
