import type { Deadline } from '#lib/deadline.ts';
import { TransientError } from '#lib/errors.ts';
import { attribute, item } from '#lib/stores/attributes.ts';
import type { WriteIf } from '#lib/stores/conditional-writes.ts';
import type { Replacement } from '#lib/stores/partiql.ts';

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
  readonly write: WriteIf;
  readonly table: string;
  readonly cooldownMs: number;
  readonly now?: () => number;
}

type Properties = Readonly<{ subject: string; source: string; sent: boolean }>;

/** TTL removes an item this long after its cooldown has ended. */
const REMOVED_AFTER_S = 86_400;

/** Longer than the timeout of notifyAlerts (60 s): the invocation of an older claim has ended. */
const CLAIMED_MS = 120_000;

/** The most operands of IN in DynamoDB, where it isn't about a key. */
const MOST_OPERANDS = 100;
const MOST_KNOWN = 100_000;

export function cooldown({ write, table, cooldownMs, now = Date.now }: CooldownOptions): Cooldown {
  /** The end of the cooldown of each subject that this instance has sent: saves a request for each alert. */
  const until = new Map<string, number>();

  /** Writes the subject's item, if there is none, or if the condition on it holds. */
  async function put(properties: Properties, condition: Omit<Replacement, 'optional'>, deadline: Deadline) {
    const ends = now() + cooldownMs;
    const claimed = properties.sent ? {} : { claimedUntil: now() + CLAIMED_MS };
    const expiresAt = Math.ceil(ends / 1000) + REMOVED_AFTER_S;
    const own = item({ ...properties, until: ends, ...claimed, expiresAt });
    const replaces = { ...condition, optional: ['claimedUntil'] };
    const [outcome] = await write([{ table, key: ['subject'], item: own, replaces }], deadline);
    if (outcome?.status === 'failed') throw outcome.error;
    return outcome;
  }

  return {
    async claim(subject, sources, deadline) {
      const key = subjectOf(subject);
      if ((until.get(key) ?? 0) > now()) return false;
      const own = sources.slice(0, MOST_OPERANDS);
      const condition = {
        condition: `"until" <= ? OR ("sent" = ? AND ("claimedUntil" <= ? OR "source" IN [${own.map(() => '?').join(',')}]))`,
        parameters: [now(), false, now(), ...own].map(attribute),
      };
      const outcome = await put({ subject: key, source: sources[0], sent: false }, condition, deadline);
      if (outcome?.status === 'written') return true;
      if (outcome?.found?.['sent']?.BOOL) return false;
      throw new TransientError(
        'NOTIFICATION_PENDING',
        'another alert has claimed this cooldown, and its message has not been sent',
      );
    },
    async sent(subject, source, deadline) {
      const key = subjectOf(subject);
      const claim = { condition: '"source" = ?', parameters: [attribute(source)] };
      await put({ subject: key, source, sent: true }, claim, deadline);
      if (until.size >= MOST_KNOWN) until.clear();
      until.set(key, now() + cooldownMs);
    },
  };
}

function subjectOf({ vehicleId, alert }: Subject): string {
  return JSON.stringify([vehicleId, alert]);
}
