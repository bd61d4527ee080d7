import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  DynamoDBServiceException,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Deadline } from '../deadline.ts';
import { PermanentError, UNEXPECTED } from '../errors.ts';
import { type Item, itemBytes } from './attributes.ts';
import { oneAttempt, storeCall } from './call.ts';

export type ConditionalPut = Pick<PutItemCommandInput, 'TableName' | 'ConditionExpression'> &
  Pick<PutItemCommandInput, 'ExpressionAttributeNames' | 'ExpressionAttributeValues'> & { Item: Item };

/** Puts an item if the condition holds. @param found is given the item for which the condition did not hold */
export type PutIf = (
  put: ConditionalPut,
  deadline: Deadline,
  found?: (item: Item) => void,
) => Promise<'written' | 'refused'>;

const TIMEOUT_MS = 3_000;

/** "Service, account, and table quotas": item size. */
export const ITEM_LIMIT_BYTES = 400 * 1024;

/** What DynamoDB says of an item that it refuses for what it holds, and the code that this gets. */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/item size/i, 'TOO_LARGE'],
  [/nesting levels/i, 'TOO_DEEP'],
];

/**
 * Conditional puts, one attempt each. A refused condition is an answer, not an error.
 *
 * Its errors: PermanentError for an item that DynamoDB refuses for what it holds: TOO_LARGE (over 400 KB), TOO_DEEP
 * (more than 32 levels), and `UNEXPECTED` for any other validation error: that code's guard in lib/kafka/dead-letters.ts
 * hands the batch back where most of it gets one, as a table of the wrong shape would give.
 * TransientError for all else.
 */
export function putIf(client = new DynamoDBClient(oneAttempt)): PutIf {
  return async (put, deadline, found) => {
    const bytes = itemBytes(put.Item);
    if (bytes > ITEM_LIMIT_BYTES) {
      throw new PermanentError(
        'TOO_LARGE',
        `the item has ${bytes} bytes, over the ${ITEM_LIMIT_BYTES} that DynamoDB takes`,
      );
    }
    return storeCall({ store: 'DYNAMODB', deadline, timeoutMs: TIMEOUT_MS }, async (options) => {
      try {
        const more = found && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };
        await client.send(new PutItemCommand({ ...put, ...more }), options);
        return 'written';
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) {
          if (error.Item !== undefined) found?.(error.Item);
          return 'refused';
        }
        throw isValidation(error) ? refusal(error) : error;
      }
    });
  };
}

function isValidation(error: unknown): error is DynamoDBServiceException {
  return error instanceof DynamoDBServiceException && error.name === 'ValidationException';
}

/** The message stays in the cause: it may quote the item. */
function refusal(error: DynamoDBServiceException): PermanentError {
  const code = REFUSALS.find(([pattern]) => pattern.test(error.message))?.[1] ?? UNEXPECTED;
  return new PermanentError(code, 'DynamoDB refused the item as invalid', { cause: error });
}
