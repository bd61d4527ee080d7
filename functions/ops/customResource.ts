import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse, Context } from 'aws-lambda';
import { beforeDeadline } from '#lib/deadline.ts';

/** What a custom resource does when it is created or updated; its time is less than the invocation's. */
export type Work = (context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<unknown>;

export interface AnswerOptions {
  /** ms that are kept for the answer */
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
/** CloudFormation takes an answer of 4096 bytes: the ids are some hundreds, a character at worst 6 (\\u0000). */
const REASON_LENGTH = 500;

/**
 * A handler for AWS::CloudFormation::CustomResource that answers in every case: the work is done, has failed, or has not
 * ended while there is still time to say so. Without an answer a deployment would wait, by default an hour.
 *
 * - Deleting does nothing: what the work has written goes, or stays, with its store.
 * - The work may be done again: CloudFormation repeats it in an update's rollback, Lambda after a lost answer.
 * @throws Error where CloudFormation's address takes no answer: Lambda then calls again, twice
 * @example export const handler = customResource(async (context) => migrate({}, context));
 */
export function customResource(work: Work, options: Partial<AnswerOptions> = {}) {
  const logger = new Logger({ serviceName: 'customResource' });
  const { reserveMs, attemptMs, pauseMs } = { ...usual, ...options };

  return async function answerCloudFormation(
    event: CloudFormationCustomResourceEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<void> {
    const shorter = { getRemainingTimeInMillis: () => context.getRemainingTimeInMillis() - reserveMs };
    const outcome = await done(event, shorter);
    // Not the address: who has it may answer.
    logger.info('custom resource', { request: event.RequestType, resource: event.LogicalResourceId, ...outcome });
    await answer(event.ResponseURL, {
      ...outcome,
      // The same for ever: another one would be a replacement, and the old one deleted.
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
          throw new Error(`CloudFormation's address takes no answer: ${(cause as Error).message}`, { cause });
        }
        await pause(pauseMs);
      }
    }
  }
}

/** As bytes, since a text would get a content type, which the signature of the address doesn't cover. */
async function put(url: string, response: CloudFormationCustomResourceResponse, ms: number): Promise<void> {
  const body = Buffer.from(JSON.stringify(response));
  const { ok, status } = await fetch(url, { method: 'PUT', body, signal: AbortSignal.timeout(ms) });
  if (!ok) throw new Error(`status ${status}`);
}

function reason(text = ''): string {
  return text.slice(0, REASON_LENGTH);
}
