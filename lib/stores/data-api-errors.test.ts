import {
  DatabaseErrorException,
  DatabaseResumingException,
  ForbiddenException,
  RDSDataServiceException,
} from '@aws-sdk/client-rds-data';
import { PermanentError, TransientError } from '../errors.ts';
import { isBrokenDeployment, toDatabaseError } from './data-api-errors.ts';

const answered = (httpStatusCode: number, message = 'm') => ({ message, $metadata: { httpStatusCode } });
const sql = (state: string) =>
  new DatabaseErrorException(
    answered(400, `ERROR: it says "secret value"\n  Detail: Key (a)=(secret).; SQLState: ${state}`),
  );
const service = (name: string, status: number) =>
  new RDSDataServiceException({ name, $fault: 'client', ...answered(status) });

test.each<[code: string, error: unknown]>([
  ['SQLSTATE_22P02', sql('22P02')],
  ['SQLSTATE_23505', sql('23505')],
  ['SQLSTATE_54001', sql('54001')],
])('permanent: %s', (code, error) => {
  const mapped = toDatabaseError(error);
  expect(mapped).toBeInstanceOf(PermanentError);
  expect(mapped).toMatchObject({ code, cause: error });
});

test.each<[code: string, error: unknown]>([
  ['SQLSTATE_08006', sql('08006')],
  ['SQLSTATE_40P01', sql('40P01')],
  ['SQLSTATE_53300', sql('53300')],
  ['SQLSTATE_57P01', sql('57P01')],
  ['BROKEN_DEPLOYMENT_42P01', sql('42P01')],
  ['BROKEN_DEPLOYMENT_28P01', sql('28P01')],
  ['DATABASE_RESUMING', new DatabaseResumingException(answered(400))],
  ['BROKEN_DEPLOYMENT_ForbiddenException', new ForbiddenException(answered(403))],
  ['BROKEN_DEPLOYMENT_toString', service('toString', 400)],
  ['DATABASE_UNAVAILABLE', service('Whatever', 503)],
  ['DATABASE_THROTTLED', service('Whatever', 429)],
  ['DATABASE_THROTTLED', service('ThrottlingException', 400)],
  ['STATEMENT_TIMEOUT', service('StatementTimeoutException', 400)],
  ['DATABASE_UNREACHABLE', new Error('connect ECONNREFUSED')],
  ['DATABASE_UNREACHABLE', 'not even an error'],
])('transient: %s', (code, error) => {
  const mapped = toDatabaseError(error);
  expect(mapped).toBeInstanceOf(TransientError);
  expect(mapped).toMatchObject({ code, cause: error });
  expect(isBrokenDeployment(mapped)).toBe(code.startsWith('BROKEN'));
});

test("a permanent error's message names the constraint and contains nothing of the record", () => {
  const message =
    'ERROR: duplicate key value violates unique constraint "readings_pkey"\n' +
    '  Detail: Key (source)=(x).; SQLState: 23505';
  expect(toDatabaseError(new DatabaseErrorException(answered(400, message))).message).toBe(
    'PostgreSQL refused the data with 23505 by constraint readings_pkey',
  );
  expect(toDatabaseError(sql('22P02')).message).not.toContain('secret');
});
