import { openSearchSink } from '#functions/sinks/opensearch/sink.ts';
import { guarded } from '#functions/sinks/store-at-fault.ts';
import { SearchModel } from '../stores/search.ts';
import type { System } from '../system.ts';
import { Violation } from '../world.ts';
import { Delivery, logOf } from './delivery.ts';

/** Each alert is one document, also if it was produced twice or delivered many times. */
export const system: System = {
  async play(world) {
    const log = logOf(world, 'alerts-topic', (index) => {
      const again = world.choices.work(6) === 5;
      const bad = world.choices.work(8) === 7;
      const source = `raw-data-topic-0-${again ? Math.max(0, index - 1) : index}`;
      const value = { vehicleId: 'V', alert: bad ? 'bad' : 'Speeding', timestamp: '2026-01-01T00:00:00Z' };
      return { value, headers: { source }, bad };
    });
    const index = new SearchModel(world);
    const delivery = new Delivery(world, log, (actor) => {
      const sink = guarded(openSearchSink(index.attach(actor)));
      return (batch) => sink.write(batch);
    });
    await delivery.run();

    delivery.checkDeadLetters();
    const expected = new Set(log.filter(({ bad }) => !bad).map(({ headers }) => headers?.['source'] as string));
    const found = [...index.documents.keys()].map((name) => name.slice(name.indexOf('/') + 1));
    if (found.toSorted().join() !== [...expected].toSorted().join()) {
      throw new Violation(`the documents are ${found.join()}, and should be ${[...expected].join()}`);
    }
    const twice = [...index.documents].find(([, written]) => written > 1);
    if (twice) throw new Violation(`${twice[0]} was written ${twice[1]} times`);
  },
};
