import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** What the process of one run of the packaged function is asked; its environment is the function's. */
export interface FeedRequest {
  /** the bundle */
  module: string;
  /** events to invoke it with, in order */
  files: string[];
}

type Handler = (event: unknown, context: object) => Promise<unknown>;

const TIMEOUT_MS = 60_000;

/**
 * Invokes the handler with one event after the other: one execution environment. The clock runs while an event's text is
 * parsed, as Lambda's runtime does it, and while the handler works; not while the text is fetched.
 * @returns ms on that clock
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
