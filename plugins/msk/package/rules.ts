import { type DeclaredEvent, nameOf } from './declared-event.ts';
import { eventRules } from './event-rules.ts';
import { serviceRules } from './service-rules.ts';

/** Filter patterns that a mapping may have if the account's quota was not raised. */
const defaultFilterQuota = 5;

/**
 * What Lambda or CloudFormation would reject or silently drop, and what the schema of a single property can't express.
 * Each line names the function and the event, says what is wrong, and says how to fix it.
 *
 * Rules: the Lambda guide's pages on Amazon MSK mappings, and CreateEventSourceMapping.
 *
 * @param now milliseconds since the epoch
 * @param filterQuota patterns that a mapping of the account may have: 5, or up to 10 on request (AWS: "Event
 * filtering")
 */
export function violations(
  events: readonly DeclaredEvent[],
  now: number,
  filterQuota: number = defaultFilterQuota,
): string[] {
  const ofEvents = events.flatMap((event) =>
    eventRules.flatMap((rule) => rule(event, now, filterQuota)).map((line) => `${nameOf(event)}: ${line}`),
  );
  return [...ofEvents, ...serviceRules.flatMap((rule) => rule(events))];
}
