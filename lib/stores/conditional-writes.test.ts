import {
  type BatchStatementResponse,
  type BatchStatementErrorCodeEnum as Code,
  DynamoDBServiceException,
  type BatchExecuteStatementCommandInput as Input,
  type BatchExecuteStatementCommandOutput as Output,
} from '@aws-sdk/client-dynamodb';
import { over, plenty } from '#test/support/deadlines.ts';
import { item } from './attributes.ts';
import { type ConditionalWrite, conditionalWrites } from './conditional-writes.ts';
import { answeredBy } from './dynamodb.fixture.ts';
import type { StatementOutcome } from './statements.ts';

/** An item that stays if it is stored; with `replaces`, it replaces an older one. */
const added = (id: string, more: object = {}): ConditionalWrite => ({
  table: 'T',
  key: ['id'],
  item: item({ id, ...more }),
});
const replacing = (id: string): ConditionalWrite => ({
  ...added(id, { version: 2 }),
  replaces: { condition: '"version" < ?', parameters: [{ N: '2' }], optional: ['speed'] },
});
const many = (count: number, write: (id: string) => ConditionalWrite) =>
  Array.from({ length: count }, (_, n) => write(`${n}`));

/** A store that answers each statement: with an error's code, or with undefined where it has succeeded. */
function store(answer: (id: string, verb: string, attempt: number) => BatchStatementResponse['Error'] | undefined) {
  const asked: string[] = [];
  const { client, asked: calls } = answeredBy<Input, Output>(({ Statements = [] }) => ({
    Responses: Statements.map(({ Statement = '', Parameters = [] }) => {
      const [verb = ''] = Statement.split(' ');
      const id = Parameters[verb === 'INSERT' ? 0 : 1]?.S ?? '';
      asked.push(`${verb} ${id}`);
      const attempt = asked.filter((text) => text === `${verb} ${id}`).length;
      const error = answer(id, verb, attempt);
      return error ? { Error: error } : {};
    }),
  }));
  return {
    write: conditionalWrites(client),
    asked,
    sizes: () => calls.map(({ Statements = [] }) => Statements.length),
  };
}
const shown = (outcomes: readonly StatementOutcome[]) =>
  outcomes.map((outcome) => (outcome.status === 'failed' ? outcome.error.code : outcome.status));
const refused = { Code: 'ConditionalCheckFailed' as Code };

test('25 items are a call, and items of more than 1 MB are several', async () => {
  const { write, sizes } = store(() => undefined);

  expect(shown(await write(many(60, replacing), plenty))).toEqual(Array(60).fill('written'));
  await write(
    many(5, (id) => added(id, { value: 'x'.repeat(300 * 1024) })),
    plenty,
  );

  expect(sizes()).toEqual([25, 25, 10, 3, 2]);
});

test('at most 4 calls run at once', async () => {
  let underWay = 0;
  let most = 0;
  const { client } = answeredBy<Input, Output>(async ({ Statements = [] }) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setTimeout(resolve, 1));
    underWay -= 1;
    return { Responses: Statements.map(() => ({})) };
  });

  await conditionalWrites(client)(many(300, added), plenty);

  expect(most).toBe(4);
});

test('a replacement sets what the item has, removes what it lacks, and names the key and the condition', async () => {
  const { client, asked } = answeredBy<Input, Output>(() => ({ Responses: [{}] }));

  await conditionalWrites(client)([replacing('a')], plenty);

  expect(asked[0]?.Statements).toEqual([
    {
      Statement: 'UPDATE "T" SET "version"=? REMOVE "speed" WHERE "id"=? AND ("version" < ?)',
      Parameters: [{ N: '2' }, { S: 'a' }, { N: '2' }],
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  ]);
});

test('if a newer item is stored, one statement says so', async () => {
  const found = item({ id: 'a', version: 3 });
  const { write, asked } = store(() => ({ ...refused, Item: found }));

  expect(await write([replacing('a')], plenty)).toEqual([{ status: 'refused', found }]);
  expect(asked).toEqual(['UPDATE a']);
});

test.each<[what: string, last: BatchStatementResponse['Error'] | undefined, outcome: string]>([
  ['replaced if it is older', undefined, 'written'],
  ['kept if it is newer', refused, 'refused'],
])('an item that another worker inserts between update and insert is %s, in three statements', async (_, last, is) => {
  const { write, asked } = store((_id, verb, attempt) => {
    if (verb === 'INSERT') return { Code: 'DuplicateItem' };
    return attempt === 1 ? refused : last;
  });

  expect(shown(await write([replacing('a')], plenty))).toEqual([is]);
  expect(asked).toEqual(['UPDATE a', 'INSERT a', 'UPDATE a']);
});

test('an item that comes once is refused if it is stored, in one statement', async () => {
  const { write, asked } = store((id) => (id === '1' ? { Code: 'DuplicateItem' } : undefined));

  expect(shown(await write(many(3, added), plenty))).toEqual(['written', 'refused', 'written']);
  expect(asked).toHaveLength(3);
});

test.each<Code>([
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'InternalServerError',
  'TransactionConflict',
  'AccessDenied',
  'ResourceNotFound',
  'ItemCollectionSizeLimitExceeded',
])('only the statements with a transient error are tried again: %s', async (Code) => {
  const { write, asked } = store((id, _, attempt) => (id === '1' && attempt < 3 ? { Code, Message: 'x' } : undefined));

  expect(shown(await write(many(3, replacing), plenty))).toEqual(['written', 'written', 'written']);
  expect(asked).toEqual(['UPDATE 0', 'UPDATE 1', 'UPDATE 2', 'UPDATE 1', 'UPDATE 1']);
});

test('at the deadline, only the statements with a transient error have failed', async () => {
  const { write } = store((id) => (id === '1' ? { Code: 'ThrottlingError', Message: 'secret' } : undefined));

  const outcomes = await write(many(3, added), over);

  expect(shown(outcomes)).toEqual(['written', 'DYNAMODB', 'written']);
  expect(outcomes[1]).toMatchObject({ error: { retriable: true, message: 'DYNAMODB failed: ThrottlingError' } });
});

test('statements without an answer are tried again', async () => {
  let calls = 0;
  const { client, asked } = answeredBy<Input, Output>(() => {
    calls += 1;
    return calls === 1 ? {} : { Responses: [{}] };
  });

  expect(shown(await conditionalWrites(client)(many(2, added), over))).toEqual(['DYNAMODB', 'DYNAMODB']);
  expect(shown(await conditionalWrites(client)(many(2, added), plenty))).toEqual(['written', 'written']);
  expect(asked.map(({ Statements = [] }) => Statements.length)).toEqual([2, 2, 1]);
});

test('if a call is refused as a whole, only the statement at fault fails', async () => {
  const { client, asked } = answeredBy<Input, Output>(({ Statements = [] }) => {
    if (Statements.some(({ Parameters }) => Parameters?.[0]?.S === '7')) throw invalid('Nesting Levels of secret');
    return { Responses: Statements.map(() => ({})) };
  });

  const outcomes = await conditionalWrites(client)(many(25, added), plenty);

  expect(shown(outcomes)).toEqual(Array.from({ length: 25 }, (_, n) => (n === 7 ? 'TOO_DEEP' : 'written')));
  expect(outcomes[7]).toMatchObject({ error: { retriable: false, message: 'DynamoDB refused the item as invalid' } });
  expect(asked.length).toBeLessThanOrEqual(11);
});

test.each([
  ['Item size to update has exceeded the maximum allowed size', 'TOO_LARGE'],
  ['Key attribute should be present in the item: Key id', 'UNEXPECTED'],
])('a statement that is refused as invalid fails permanently: %s', async (Message, code) => {
  const { write } = store((id) => (id === '0' ? { Code: 'ValidationError', Message } : undefined));

  expect(shown(await write(many(2, added), plenty))).toEqual([code, 'written']);
});

test('an item over 400 KB is not sent', async () => {
  const { write, asked } = store(() => undefined);

  expect(shown(await write([added('a', { value: 'x'.repeat(400 * 1024) }), added('b')], plenty))).toEqual([
    'TOO_LARGE',
    'written',
  ]);
  expect(asked).toEqual(['INSERT b']);
});

function invalid(message: string): DynamoDBServiceException {
  return new DynamoDBServiceException({ name: 'ValidationException', $fault: 'client', message, $metadata: {} });
}
