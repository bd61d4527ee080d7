import { PermanentError, type PipelineError, TransientError } from '../errors.ts';

/**
 * SQLSTATE classes of errors that the record causes (PostgreSQL documentation, appendix A): wrong data, a violated
 * constraint, and data that is too large or too deeply nested for PostgreSQL.
 */
const PERMANENT: ReadonlySet<string> = new Set(['22', '23', '54']);
/**
 * Connection, rollback (deadlock), resources, operator intervention (shutdown, cancel): the same statement may succeed
 * later.
 */
const TRANSIENT: ReadonlySet<string> = new Set(['08', '40', '53', '57']);

/**
 * Exceptions of the service and its front end that pass without a change. Any other one with a 4xx status, except 429,
 * means a wrong deployment.
 */
const BY_NAME: Readonly<Record<string, string>> = {
  DatabaseResumingException: 'DATABASE_RESUMING',
  DatabaseUnavailableException: 'DATABASE_UNAVAILABLE',
  ServiceUnavailableError: 'DATABASE_UNAVAILABLE',
  InternalServerErrorException: 'DATABASE_UNAVAILABLE',
  StatementTimeoutException: 'STATEMENT_TIMEOUT',
  ThrottlingException: 'DATABASE_THROTTLED',
  TooManyRequestsException: 'DATABASE_THROTTLED',
  // The caller's deadline, and the client's own time limit.
  AbortError: 'DATABASE_DEADLINE',
  TimeoutError: 'DATABASE_DEADLINE',
  // A transaction that was idle too long, or that a restart ended: the whole transaction may be tried again.
  TransactionNotFoundException: 'TRANSACTION_LOST',
};

/**
 * Maps an error of the Data API's client to a PipelineError. The codes:
 *
 * - `SQLSTATE_23505`: permanent or transient by its class
 * - `BROKEN_DEPLOYMENT_42P01` and `BROKEN_DEPLOYMENT_ForbiddenException`: transient. A missing table or permission is
 *   no record's fault, so there is no dead letter; it passes when someone fixes the deployment.
 * - `DATABASE_RESUMING`, `DATABASE_UNAVAILABLE`, `DATABASE_UNREACHABLE`, `DATABASE_DEADLINE` (no answer in time),
 *   `DATABASE_THROTTLED`, `STATEMENT_TIMEOUT`, `TRANSACTION_LOST`: transient
 *
 * PostgreSQL's message quotes values of a record. So the message of a permanent error names only the constraint, and
 * the `cause` has PostgreSQL's message.
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

/** Whether only a change of the deployment can fix an error: waiting doesn't help. */
export function isBrokenDeployment(error: unknown): error is TransientError {
  return error instanceof TransientError && error.code.startsWith(BROKEN);
}

function bySqlState(sqlState: string, message: string, cause: unknown): PipelineError {
  const kind = sqlState.slice(0, 2);
  if (PERMANENT.has(kind)) return refusedData(sqlState, /constraint "([^"]+)"/.exec(message)?.[1], { cause });
  const code = TRANSIENT.has(kind) ? `SQLSTATE_${sqlState}` : `${BROKEN}${sqlState}`;
  return new TransientError(code, `PostgreSQL failed: ${message}`, { cause });
}

/** The error for a record that PostgreSQL refuses because of its data. */
export function refusedData(sqlState: string, constraint?: string, options?: ErrorOptions): PermanentError {
  const named = constraint ? ` by constraint ${constraint}` : '';
  return new PermanentError(`SQLSTATE_${sqlState}`, `PostgreSQL refused the data with ${sqlState}${named}`, options);
}

function byStatus(status: number, name: string): string {
  if (status === 429) return 'DATABASE_THROTTLED';
  return status >= 500 ? 'DATABASE_UNAVAILABLE' : `${BROKEN}${name}`;
}

/** An answer of the service has a status. An error without a status means that the service was not reached. */
function facts(error: unknown): { name: string; message: string; status: number | undefined } {
  if (!(error instanceof Error)) return { name: typeof error, message: String(error), status: undefined };
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return { name: error.name, message: error.message, status: $metadata?.httpStatusCode };
}
