import type { Deadline } from '../deadline.ts';
import { PipelineError, TransientError } from '../errors.ts';
import { inStoreSpan, type StoreSpan } from '../spans.ts';

/**
 * For every AWS client of a store: one attempt, since only `retry` tries again, within the invocation's time; many
 * sockets, since calls run in parallel.
 */
export const oneAttempt = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 2_000, httpAgent: { maxSockets: 64 }, httpsAgent: { maxSockets: 64 } },
};

export interface StoreCall extends Pick<StoreSpan, 'store' | 'records'>, Partial<Pick<StoreSpan, 'operation'>> {
  deadline: Deadline;
  /** ms that one attempt may take */
  timeoutMs: number;
}

/**
 * One call of an AWS client, aborted when its time is over. The request may still take effect later: every write must
 * have a condition that makes this harmless.
 * @param call gets the options for the client's `send`
 * @throws TransientError for any error that isn't a PipelineError: a failing store is never a record's fault
 */
export async function storeCall<T>(
  { store, operation = 'call', records, deadline, timeoutMs }: StoreCall,
  call: (options: { abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const ms = Math.max(1, Math.ceil(Math.min(timeoutMs, deadline.remaining())));
  try {
    return await inStoreSpan({ store, operation, records }, () => call({ abortSignal: AbortSignal.timeout(ms) }));
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    throw new TransientError(store, `${store} failed: ${describe(error)}`, { cause: error });
  }
}

/** An AWS error's name and status, without its message, which may quote what was sent. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code, $metadata } = error as Error & { code?: string; $metadata?: { httpStatusCode?: number } };
  return [error.name, code, $metadata?.httpStatusCode].filter((part) => part !== undefined).join(' ');
}
