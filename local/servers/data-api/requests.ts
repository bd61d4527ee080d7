import { DataApiError } from './errors.ts';
import type { Limits } from './limits.ts';

/** A value in the service's JSON: exactly one member is set. Bytes are base64; a double may be `"NaN"`. */
export interface Field {
  readonly isNull?: boolean;
  readonly stringValue?: string;
  readonly longValue?: number;
  readonly doubleValue?: number | string;
  readonly booleanValue?: boolean;
  readonly blobValue?: string;
  readonly arrayValue?: Readonly<Record<string, readonly unknown[]>>;
}

export interface SqlParameter {
  readonly name?: string;
  readonly value?: Field;
  readonly typeHint?: string;
}

/** The members that this endpoint knows, of all five operations' requests. */
export interface Request {
  readonly resourceArn: string;
  readonly secretArn: string;
  readonly database?: string;
  readonly sql?: string;
  readonly parameters?: readonly SqlParameter[];
  readonly parameterSets?: readonly (readonly SqlParameter[])[];
  readonly transactionId?: string;
  readonly includeResultMetadata?: boolean;
  readonly continueAfterTimeout?: boolean;
  readonly formatRecordsAs?: 'JSON' | 'NONE';
  readonly resultSetOptions?: ResultSetOptions;
}

export interface ResultSetOptions {
  readonly decimalReturnType?: 'STRING' | 'DOUBLE_OR_LONG';
  readonly longReturnType?: 'LONG' | 'STRING';
}

type Member = keyof Request;

/**
 * Reads a request's body and makes the checks of all operations.
 * @param required members that the request must have, beside the ARNs
 * @throws DataApiError ValidationException, BadRequestException
 */
export function readRequest(body: string, required: readonly Member[], limits: Limits): Request {
  const request = parse(body);
  for (const member of ['resourceArn', 'secretArn', ...required] as const) {
    if (typeof request[member] !== 'string' || request[member] === '') {
      throw invalid(`Value null at '${member}' failed to satisfy constraint: Member must not be null`);
    }
  }
  if (!request['resourceArn']?.startsWith('arn:')) throw new DataApiError('BadRequestException', 'Invalid cluster arn');
  if ((request['sql']?.length ?? 0) > limits.sqlCharacters) {
    throw invalid(
      "Value at 'sql' failed to satisfy constraint: " +
        `Member must have length less than or equal to ${limits.sqlCharacters}`,
    );
  }
  if ('schema' in request) {
    throw new DataApiError('BadRequestException', "The schema parameter isn't supported: name the schema in the SQL");
  }
  return request as Request;
}

/** The text of the service's front end, which other AWS services use for constraints too. */
function invalid(message: string): DataApiError {
  return new DataApiError('ValidationException', `1 validation error detected: ${message}`);
}

function parse(body: string): Partial<Request> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // The error below is for this case too.
  }
  throw new DataApiError('BadRequestException', 'The request is no JSON object');
}
