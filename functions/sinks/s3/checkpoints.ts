import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Deadline } from '#lib/deadline.ts';
import { oneAttempt, storeCall } from '#lib/stores/call.ts';
import { type Checkpoint, type Checkpoints, NOTHING_ARCHIVED } from './archive.ts';

const TIMEOUT_MS = 3_000;

/** A missing item counts as `next` = 0. */
const NEXT_UNCHANGED = '(#next = :from OR (:from = :zero AND attribute_not_exists(#next)))';
const NAMES = { '#next': 'next', '#pending': 'pending' };

type Item = Record<string, AttributeValue>;

/** Checkpoints in a DynamoDB table: `topicPartition` (key), `next`, `timestamp`, `pending`. */
export function dynamodbCheckpoints(table: string, client = new DynamoDBClient(oneAttempt)): Checkpoints {
  const call = (operation: string, deadline: Deadline) => ({
    store: 'DYNAMODB',
    operation,
    deadline,
    timeoutMs: TIMEOUT_MS,
  });
  const keyOf = (id: string): Item => ({ topicPartition: { S: id } });

  const update = (input: Omit<UpdateItemCommandInput, 'TableName'>, deadline: Deadline) => {
    const command = new UpdateItemCommand({
      ...input,
      TableName: table,
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return storeCall(call('UpdateItem', deadline), async (options) => {
      try {
        return checkpointOf((await client.send(command, options)).Attributes);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return checkpointOf(error.Item);
        throw error;
      }
    });
  };

  return {
    read: (id, deadline) =>
      storeCall(call('GetItem', deadline), async (options) => {
        const get = new GetItemCommand({ TableName: table, Key: keyOf(id), ConsistentRead: true });
        return checkpointOf((await client.send(get, options)).Item);
      }),
    claim: (id, from, key, deadline) =>
      update(
        {
          Key: keyOf(id),
          UpdateExpression: 'SET #pending = :key, #next = :from',
          ConditionExpression: `${NEXT_UNCHANGED} AND attribute_not_exists(#pending)`,
          ExpressionAttributeNames: NAMES,
          ExpressionAttributeValues: { ':key': { S: key }, ':from': { N: String(from.next) }, ':zero': { N: '0' } },
        },
        deadline,
      ),
    advance: (id, from, to, deadline) =>
      update(
        {
          Key: keyOf(id),
          UpdateExpression: 'SET #next = :to, #timestamp = :timestamp REMOVE #pending',
          ConditionExpression: '#next = :from',
          ExpressionAttributeNames: { ...NAMES, '#timestamp': 'timestamp' },
          ExpressionAttributeValues: {
            ':from': { N: String(from.next) },
            ':to': { N: String(to.next) },
            ':timestamp': { N: String(to.timestamp) },
          },
        },
        deadline,
      ),
  };
}

function checkpointOf(item: Item | undefined): Checkpoint {
  const { next, timestamp, pending } = item ?? {};
  return {
    next: Number(next?.N ?? NOTHING_ARCHIVED.next),
    timestamp: Number(timestamp?.N ?? NOTHING_ARCHIVED.timestamp),
    ...(pending?.S !== undefined && { pending: pending.S }),
  };
}
