import pg from 'pg';

/**
 * The service's exceptions and their HTTP codes, from the model in `@aws-sdk/client-rds-data` (2026-11). The last two
 * are not in the model: the service's front end gives them for a request that breaks a constraint, and for a request
 * that is too large (its code 413 is a guess).
 */
const STATUS = {
  BadRequestException: 400,
  DatabaseErrorException: 400,
  DatabaseUnavailableException: 504,
  ForbiddenException: 403,
  InternalServerErrorException: 500,
  NotFoundException: 404,
  StatementTimeoutException: 400,
  TransactionNotFoundException: 404,
  UnsupportedResultException: 400,
  ValidationException: 400,
  RequestEntityTooLargeException: 413,
} as const;

export type ExceptionName = keyof typeof STATUS;

/** An error answer of the Data API. */
export class DataApiError extends Error {
  override readonly name = 'DataApiError';
  readonly exception: ExceptionName;

  constructor(exception: ExceptionName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exception = exception;
  }

  get status(): number {
    return STATUS[this.exception];
  }
}

/** SQLSTATEs of a server that shuts down, has crashed or starts (57P), and of connections (class 08). */
const UNAVAILABLE = /^(57P|08)/;
const CANCELLED = '57014';

/**
 * The service's exception for an error of PostgreSQL's client. An error that isn't an answer of PostgreSQL is a lost or
 * refused connection: the database isn't available.
 */
export function toDataApiError(error: unknown): DataApiError {
  if (error instanceof DataApiError) return error;
  if (!(error instanceof pg.DatabaseError)) {
    const reason = error instanceof Error ? error.message : String(error);
    return new DataApiError('DatabaseUnavailableException', `The database isn't available: ${reason}`, {
      cause: error,
    });
  }
  const message = postgresMessage(error);
  if (error.code === CANCELLED) return new DataApiError('StatementTimeoutException', message, { cause: error });
  const exception = UNAVAILABLE.test(error.code ?? '') ? 'DatabaseUnavailableException' : 'DatabaseErrorException';
  return new DataApiError(exception, message, { cause: error });
}

/**
 * PostgreSQL's message in the service's form: the JDBC driver's text, then the SQLSTATE. Known from messages that users
 * of Aurora PostgreSQL reported: `ERROR: duplicate key value violates unique constraint "k"⏎  Detail: Key
 * (a)=(1) already exists.; SQLState: 23505`; the exception was BadRequestException on Serverless v1 and is
 * DatabaseErrorException on v2 (some v2 messages lack the detail). Not known: which of the optional lines v2 keeps.
 */
function postgresMessage(error: pg.DatabaseError): string {
  const optional = { Detail: error.detail, Hint: error.hint, Position: error.position, Where: error.where };
  const lines = Object.entries(optional).flatMap(([name, text]) => (text === undefined ? [] : [`  ${name}: ${text}`]));
  return `${[`${error.severity ?? 'ERROR'}: ${error.message}`, ...lines].join('\n')}; SQLState: ${error.code}`;
}
