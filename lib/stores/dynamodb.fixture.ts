import {
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

/**
 * A client that gets its answers to batch reads from a function, and the list of its requests. DynamoDB Local can't be
 * used: it always reads consistently and leaves no key unprocessed.
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
