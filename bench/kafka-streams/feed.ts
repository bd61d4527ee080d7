import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** The message to the process that runs the packaged function. Its environment is the function's. */
export interface FeedRequest {
  /** path of the bundle */
  module: string;
  /** files with the events, in order */
  files: string[];
}

type Handler = (event: unknown, context: object) => Promise<unknown>;

const TIMEOUT_MS = 60_000;

/**
 * Invokes the handler with one event after the other, like one execution environment. It measures the time for parsing
 * an event's text, which Lambda's runtime does too, and the time of the handler, but not for reading the file.
 * @returns ms
 */
async function feed({ module, files }: FeedRequest): Promise<number> {
  const { handler } = createRequire(import.meta.url)(module) as { handler: Handler };
  let milliseconds = 0;
  for (const [index, file] of files.entries()) {
    const text = await readFile(file, 'utf8');
    const began = performance.now();
    const answer = await handler(JSON.parse(text), context(index));
    milliseconds += performance.now() - began;
    const failures = (answer as { batchItemFailures?: unknown[] } | undefined)?.batchItemFailures ?? [];
    if (failures.length > 0) throw new Error(`invocation ${index} handed records back: ${JSON.stringify(failures)}`);
  }
  return milliseconds;
}

function context(index: number): object {
  const end = Date.now() + TIMEOUT_MS;
  return {
    functionName: 'aggregateOrders',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:aggregateOrders',
    memoryLimitInMB: '1024',
    awsRequestId: `bench-${index}`,
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => end - Date.now(),
  };
}

process.once('message', (request: FeedRequest) => {
  feed(request).then(
    (milliseconds) => process.send?.({ milliseconds }, () => process.exit(0)),
    (error: unknown) => process.send?.({ error: String((error as Error).stack ?? error) }, () => process.exit(1)),
  );
});
