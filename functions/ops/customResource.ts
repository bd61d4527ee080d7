import { setTimeout as pause } from 'node:timers/promises';
import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse, Context } from 'aws-lambda';
import { beforeDeadline } from '#lib/deadline.ts';
import { loggerOf } from '#lib/observability/logger.ts';

/** The work of a custom resource when it is created or updated. Its context has less time than the invocation. */
export type Work = (context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<unknown>;

export interface AnswerOptions {
  /** ms that are reserved for the answer */
  reserveMs: number;
  /** ms that one attempt to answer may take */
  attemptMs: number;
  /** ms between two attempts */
  pauseMs: number;
}

interface Outcome {
  Status: 'SUCCESS' | 'FAILED';
  Reason: string;
}

const usual: AnswerOptions = { reserveMs: 20_000, attemptMs: 4_000, pauseMs: 1_000 };
const ATTEMPTS = 4;
/** CloudFormation accepts 4096 bytes. The ids need some hundreds, and a character at most 6 (\\u0000). */
const REASON_LENGTH = 500;

/**
 * A handler for AWS::CloudFormation::CustomResource that always answers: the work succeeded, failed, or did not end in
 * time. Without an answer a deployment waits, by default for an hour.
 *
 * - A delete does nothing: the results of the work are deleted, or kept, with their store.
 * - The work may run more than once: CloudFormation repeats it in the rollback of an update, Lambda after a lost
 *   answer.
 * @throws Error where CloudFormation does not accept the answer: Lambda then repeats the invocation twice
 * @example export const handler = customResource(async (context) => migrate({}, context));
 */
export function customResource(work: Work, options: Partial<AnswerOptions> = {}) {
  const logger = loggerOf('customResource');
  const { reserveMs, attemptMs, pauseMs } = { ...usual, ...options };

  return async function answerCloudFormation(
    event: CloudFormationCustomResourceEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<void> {
    const shorter = { getRemainingTimeInMillis: () => context.getRemainingTimeInMillis() - reserveMs };
    const outcome = await done(event, shorter);
    // Without the URL: anyone who has it can answer.
    logger.info('custom resource', { request: event.RequestType, resource: event.LogicalResourceId, ...outcome });
    await answer(event.ResponseURL, {
      ...outcome,
      // Never changes: with another id CloudFormation would replace the resource, and delete the old one.
      PhysicalResourceId:
        event.RequestType === 'Create' ? `${event.LogicalResourceId}-of-stack` : event.PhysicalResourceId,
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
    });
  };

  async function done(
    event: CloudFormationCustomResourceEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<Outcome> {
    if (event.RequestType === 'Delete') return { Status: 'SUCCESS', Reason: 'nothing to undo' };
    try {
      const deadline = { remaining: context.getRemainingTimeInMillis };
      const result = await beforeDeadline(Promise.resolve(work(context)), deadline, 'TOO_SLOW', 'the work');
      return { Status: 'SUCCESS', Reason: reason(JSON.stringify(result)) };
    } catch (error) {
      return { Status: 'FAILED', Reason: reason(error instanceof Error ? error.message : String(error)) };
    }
  }

  async function answer(url: string, response: CloudFormationCustomResourceResponse): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await put(url, response, attemptMs);
        return;
      } catch (cause) {
        if (attempt === ATTEMPTS) {
          throw new Error(`CloudFormation did not accept the answer: ${(cause as Error).message}`, { cause });
        }
        await pause(pauseMs);
      }
    }
  }
}

/** As bytes: fetch adds a content type to a text, but the signed URL allows none. */
async function put(url: string, response: CloudFormationCustomResourceResponse, ms: number): Promise<void> {
  const body = Buffer.from(JSON.stringify(response));
  const { ok, status } = await fetch(url, { method: 'PUT', body, signal: AbortSignal.timeout(ms) });
  if (!ok) throw new Error(`status ${status}`);
}

function reason(text = ''): string {
  return text.slice(0, REASON_LENGTH);
}
