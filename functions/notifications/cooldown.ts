import type { Deadline } from '#lib/deadline.ts';
import { TransientError } from '#lib/errors.ts';
import { type Item, item } from '#lib/stores/attributes.ts';
import type { PutIf } from '#lib/stores/conditional-put.ts';

/** A vehicle and a kind of alert. Each subject has its own cooldown. */
export interface Subject {
  readonly vehicleId: string;
  readonly alert: string;
}

/**
 * Decides which alert is sent: one for each subject and cooldown.
 *
 * An alert makes a claim before its message is sent; otherwise a thousand alerts at once would send a thousand
 * messages. The claim names the alert. So if the message fails or the function dies, the same alert may continue when
 * it is delivered again. After the message, `sent` completes the claim. Until then every other alert of the subject
 * fails and comes again, and takes over the claim as soon as the claim's invocation must have ended. So no message is
 * lost. A message is sent twice only if the function dies between the message and `sent`, or if two workers have the
 * same alert at once.
 */
export interface Cooldown {
  /**
   * @param sources of all alerts that one message stands for; the first one claims, and may take over a claim of the
   *   others
   * @returns true if the first alert is the one to send; false if this cooldown's message has been sent
   * @throws TransientError NOTIFICATION_PENDING where another alert has the claim, and its message has not been sent
   */
  claim(subject: Subject, sources: readonly [string, ...string[]], deadline: Deadline): Promise<boolean>;
  sent(subject: Subject, source: string, deadline: Deadline): Promise<void>;
}

export interface CooldownOptions {
  readonly put: PutIf;
  readonly table: string;
  readonly cooldownMs: number;
  readonly now?: () => number;
}

/** TTL removes an item this long after its cooldown has ended. */
const REMOVED_AFTER_S = 86_400;

/** Longer than the timeout of notifyAlerts (60 s): the invocation of an older claim has ended. */
const CLAIMED_MS = 120_000;

/** The most operands of IN in DynamoDB. */
const MOST_OPERANDS = 100;
const MOST_KNOWN = 100_000;

export function cooldown({ put, table, cooldownMs, now = Date.now }: CooldownOptions): Cooldown {
  /** The end of the cooldown of each subject that this instance has sent: saves a request for each alert. */
  const until = new Map<string, number>();

  function itemOf(subject: string, source: string, sent: boolean) {
    const ends = now() + cooldownMs;
    const claimed = sent ? {} : { claimedUntil: now() + CLAIMED_MS };
    return item({
      subject,
      source,
      until: ends,
      sent,
      ...claimed,
      expiresAt: Math.ceil(ends / 1000) + REMOVED_AFTER_S,
    });
  }

  return {
    async claim(subject, sources, deadline) {
      const key = subjectOf(subject);
      if ((until.get(key) ?? 0) > now()) return false;
      const own = sources.slice(0, MOST_OPERANDS).map((source, n) => [`:source${n}`, { S: source }] as const);
      let there: Item | undefined;
      const claimed = await put(
        {
          TableName: table,
          Item: itemOf(key, sources[0], false),
          ConditionExpression: `attribute_not_exists(subject) OR #until <= :now
            OR (sent = :false AND (claimedUntil <= :now OR #source IN (${own.map(([name]) => name).join(', ')})))`,
          ExpressionAttributeNames: { '#source': 'source', '#until': 'until' },
          ExpressionAttributeValues: {
            ...Object.fromEntries(own),
            ':now': { N: String(now()) },
            ':false': { BOOL: false },
          },
        },
        deadline,
        (found) => {
          there = found;
        },
      );
      if (claimed === 'written') return true;
      if (there?.['sent']?.BOOL) return false;
      throw new TransientError(
        'NOTIFICATION_PENDING',
        'another alert has claimed this cooldown, and its message has not been sent',
      );
    },
    async sent(subject, source, deadline) {
      const key = subjectOf(subject);
      await put(
        {
          TableName: table,
          Item: itemOf(key, source, true),
          ConditionExpression: '#source = :source',
          ExpressionAttributeNames: { '#source': 'source' },
          ExpressionAttributeValues: { ':source': { S: source } },
        },
        deadline,
      );
      if (until.size >= MOST_KNOWN) until.clear();
      until.set(key, now() + cooldownMs);
    },
  };
}

function subjectOf({ vehicleId, alert }: Subject): string {
  return JSON.stringify([vehicleId, alert]);
}
