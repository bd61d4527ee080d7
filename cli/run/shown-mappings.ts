import type { MappingStatus } from '#msk';
import type { DomainName } from '#proof/domains.ts';
import { DOMAINS } from '#proof/domains.ts';

/**
 * The mappings to show: those that read a topic of the chosen domains. A mapping of another domain is shown as soon as
 * it has records or an error. If no domain is chosen, the records come from outside, and all mappings are shown.
 */
export function shownMappings(mappings: readonly MappingStatus[], only: readonly DomainName[]): MappingStatus[] {
  return mappings.filter(({ topic, metrics, lastError }) => {
    const isBusy = metrics.PolledEventCount > 0 || (metrics.SumOffsetLag ?? 0) > 0 || lastError !== undefined;
    return isBusy || only.length === 0 || isOf(topic, only);
  });
}

function isOf(topic: string, only: readonly string[]): boolean {
  const domain = Object.entries(DOMAINS).find(([, { topics }]) => Object.hasOwn(topics, topic))?.[0];
  return domain === undefined || only.includes(domain);
}
