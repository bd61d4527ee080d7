import type { Flow, MappingFlow } from '../../contract.ts';
import { Growth } from '../live/growth.ts';
import { partitionLag, rounded, wholeLag } from '../live/lag.ts';
import type { ApiPipeline } from './api.ts';

/** Over how many ms a rate is measured: the offsets come every few seconds only. */
const RATE_MS = 60_000;

/** The flow of a deployed stage, from the API's answers. The pace is computed from the offsets of several answers. */
export class StageFlow {
  readonly #growths = new Map<string, Growth>();
  #latest: Omit<Flow, 'servers'> = { mappings: [], topics: [] };

  get flow(): Omit<Flow, 'servers'> {
    return this.#latest;
  }

  /** @param now ms since the epoch */
  add({ mappings, topics }: ApiPipeline, now: number): void {
    this.#latest = { mappings: mappings.map((own) => this.#mapping(own, now)), topics };
  }

  /** The API doesn't answer: nothing is known any more. */
  forget(): void {
    const { mappings, topics } = this.#latest;
    const unknown = { perSecond: null, lag: null, lagSeconds: null, clearedIn: null };
    this.#latest = {
      mappings: mappings.map((own) => ({ ...own, ...unknown, partitions: [] })),
      topics: topics.map(({ topic }) => ({ topic, perSecond: null, end: null })),
    };
  }

  #mapping({ function: name, topic, group, partitions, lagSeconds }: ApiPipeline['mappings'][number], now: number) {
    const rates: (number | null)[] = [];
    const lags = partitions.map((own) => {
      const place = `${group} ${topic}-${own.partition}`;
      const end = this.#growth(`${place} end`, own.end, now);
      const committed = this.#growth(place, own.committed, now);
      rates.push(committed.perSecond(RATE_MS));
      const { clearedIn } = partitionLag(own.partition, end, committed, now);
      return { partition: own.partition, lag: own.lag, lagSeconds: own.lagSeconds, clearedIn };
    });
    const isKnown = rates.length > 0 && !rates.includes(null);
    return {
      id: `${name} ${topic}`,
      function: name,
      topic,
      group,
      perSecond: isKnown ? rounded((rates as number[]).reduce((sum, rate) => sum + rate, 0)) : null,
      ...wholeLag(lags),
      lagSeconds,
      partitions: lags,
      // The API doesn't tell; a mapping that fails has a lag that grows.
      failing: false,
      problem: null,
    } satisfies MappingFlow;
  }

  #growth(name: string, value: number | null, now: number): Growth {
    const growth = this.#growths.get(name) ?? new Growth();
    this.#growths.set(name, growth);
    if (value !== null) growth.add(now, value);
    return growth;
  }
}
