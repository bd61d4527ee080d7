import type { Deadline } from '../deadline.ts';
import { PipelineError, TransientError } from '../errors.ts';

/**
 * For every AWS client of a store: one attempt, since `retry` is the one place that tries again, and within the
 * invocation's time; many sockets, since each call waits for its own answer.
 */
export const oneAttempt = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 2_000, httpAgent: { maxSockets: 64 }, httpsAgent: { maxSockets: 64 } },
};

export interface StoreCall {
  /** the store's code in errors: S3, DYNAMODB */
  store: string;
  deadline: Deadline;
  /** ms that one attempt may take */
  timeoutMs: number;
}

/**
 * One call of an AWS client, ended when its time is over. What was sent may be done all the same, later: every write
 * has to carry a condition that makes it harmless then.
 * @param call gets the options for the client's `send`
 * @throws TransientError where it isn't already one of our errors: a store that fails is never a record's fault
 */
export async function storeCall<T>(
  { store, deadline, timeoutMs }: StoreCall,
  call: (options: { abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const ms = Math.max(1, Math.ceil(Math.min(timeoutMs, deadline.remaining())));
  try {
    return await call({ abortSignal: AbortSignal.timeout(ms) });
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    throw new TransientError(store, `${store} failed: ${describe(error)}`, { cause: error });
  }
}

/** An AWS error's name and status. Not its message: it may quote what was sent. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code, $metadata } = error as Error & { code?: string; $metadata?: { httpStatusCode?: number } };
  return [error.name, code, $metadata?.httpStatusCode].filter((part) => part !== undefined).join(' ');
}
