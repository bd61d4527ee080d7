import type { Deadline } from '#lib/deadline.ts';
import { TransientError } from '#lib/errors.ts';
import { type Item, item } from '#lib/stores/attributes.ts';
import type { PutIf } from '#lib/stores/conditional-put.ts';

/** A vehicle's kind of alert: what a cooldown is of. */
export interface Subject {
  readonly vehicleId: string;
  readonly alert: string;
}

/**
 * Whose turn it is to notify: of the alerts of a subject, one in each cooldown.
 *
 * The claim comes before the message, or a thousand alerts side by side would send a thousand. It names the alert that
 * has it, so that the same alert, delivered again because the message failed or the function died in between, may go
 * on; once the message is out, `sent` ends that. Until then no other alert is done: it comes again, and takes over a
 * claim whose function has ended without its message. So a message is never lost, and sent twice only where the function
 * dies between the message and `sent`, or the same alert is worked on by two at once.
 */
export interface Cooldown {
  /**
   * @param sources of all the alerts that one message would stand for: the first claims, and takes over from any other
   *   of them
   * @returns whether the first is the one to send; false where the message of this cooldown is out
   * @throws TransientError NOTIFICATION_PENDING where another alert has claimed, and its message isn't out
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

/** Items of ended cooldowns are removed by their TTL some time later. */
const REMOVED_AFTER_S = 86_400;

/** Longer than an invocation of notifyAlerts may take (60 s): whoever claimed before that has ended. */
const CLAIMED_MS = 120_000;

/** What DynamoDB takes in one IN. */
const MOST_OPERANDS = 100;
const MOST_KNOWN = 100_000;

export function cooldown({ put, table, cooldownMs, now = Date.now }: CooldownOptions): Cooldown {
  /** Subjects that this instance has notified of, and when their cooldowns end: no need to ask for each alert. */
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
      throw new TransientError('NOTIFICATION_PENDING', 'the message of an alert that came before is not out');
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
