import {
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

/**
 * A client whose batch reads a function answers, and what it was asked: DynamoDB Local reads consistently whatever it is
 * asked, and leaves nothing unread.
 */
export function answeredBy(answer: (input: BatchGetItemCommandInput) => Omit<BatchGetItemCommandOutput, '$metadata'>) {
  const client = new DynamoDBClient({ region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'a' } });
  const asked: BatchGetItemCommandInput[] = [];
  client.middlewareStack.add(
    () => async (request) => {
      const input = request.input as BatchGetItemCommandInput;
      asked.push(input);
      return { output: { $metadata: {}, ...answer(input) }, response: {} };
    },
    { step: 'initialize', priority: 'high' },
  );
  return { client, asked };
}
