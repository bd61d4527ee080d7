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

/** Puts an item if the condition holds. @param found gets the stored item if the condition doesn't hold */
export type PutIf = (
  put: ConditionalPut,
  deadline: Deadline,
  found?: (item: Item) => void,
) => Promise<'written' | 'refused'>;

const TIMEOUT_MS = 3_000;

/** "Service, account, and table quotas": item size. */
export const ITEM_LIMIT_BYTES = 400 * 1024;

/** Parts of DynamoDB's messages for an item that it refuses because of its content, and our codes for them. */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/item size/i, 'TOO_LARGE'],
  [/nesting levels/i, 'TOO_DEEP'],
];

/**
 * Conditional puts, one attempt each. A refused condition is a result, not an error.
 *
 * Its errors: PermanentError for an item that DynamoDB refuses because of its content: TOO_LARGE (over 400 KB),
 * TOO_DEEP (more than 32 levels), and `UNEXPECTED` for any other validation error. If most of a batch has `UNEXPECTED`,
 * for example because the table has the wrong keys, lib/kafka/dead-letters.ts fails the batch. TransientError for all
 * other errors.
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

/** The message is only in the cause, since it may quote the item. */
function refusal(error: DynamoDBServiceException): PermanentError {
  const code = REFUSALS.find(([pattern]) => pattern.test(error.message))?.[1] ?? UNEXPECTED;
  return new PermanentError(code, 'DynamoDB refused the item as invalid', { cause: error });
}
