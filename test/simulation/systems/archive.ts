import { ModelStores } from '#functions/sinks/s3/model-stores.fixture.ts';
import { s3Sink } from '#functions/sinks/s3/sink.ts';
import { KAFKA_TIME } from '#test/support/msk-event.ts';
import type { System } from '../system.ts';
import { Violation } from '../world.ts';
import { Delivery, logOf, placeOf } from './delivery.ts';

/**
 * The archive in S3 has each record once, and its objects follow each other without a gap. A record that compaction
 * removes in between may be in it or not.
 */
export const system: System = {
  async play(world) {
    const hours = [0, 0];
    const log = logOf(world, 'raw-data-topic', (index, partition) => {
      hours[partition] = (hours[partition] as number) + world.choices.work(2);
      return { value: { index }, timestamp: KAFKA_TIME + (hours[partition] as number) * 3_600_000 };
    });
    const stores = new ModelStores();
    const delivery = new Delivery(world, log, (actor) => {
      const sink = s3Sink({ stores: stores.attach(actor.network), epochs: {} });
      return (batch) => sink.write(batch);
    });
    // Compaction never removes the last record of a partition.
    const removed = log
      .filter((record) => log.some((other) => other.partition === record.partition && other.offset > record.offset))
      .filter(() => world.choices.work(8) === 7)
      .map(placeOf);
    const compaction = world.turn(world.actor('compaction'), 'runs', 1 + world.choices.work(40));
    void compaction.then(() => {
      for (const place of removed) delivery.compacted.add(place);
    });
    await delivery.run();

    delivery.checkDeadLetters();
    for (const partition of [0, 1]) {
      const archived = new Set(stores.archived(partition).flatMap(({ offsets }) => offsets));
      const own = log.filter(
        (record) =>
          record.partition === partition && (!removed.includes(placeOf(record)) || archived.has(record.offset)),
      );
      checkPartition(
        stores,
        partition,
        own.map(({ offset }) => offset),
      );
    }
  },
};

function checkPartition(stores: ModelStores, partition: number, offsets: readonly number[]): void {
  const objects = stores.archived(partition);
  const archived = objects.flatMap((object) => object.offsets);
  if (archived.join() !== offsets.join()) {
    throw new Violation(`partition ${partition} has the offsets ${offsets.join()}, and the archive ${archived.join()}`);
  }
  let end = 0;
  for (const object of objects) {
    if (object.from !== end)
      throw new Violation(`an object starts at ${object.from}, and the one before ends at ${end}`);
    end = object.end;
  }
  const { next = 0 } = stores.checkpoints.get(`raw-data-topic-${partition}`) ?? {};
  if (next !== end) throw new Violation(`the checkpoint is ${next}, and the archive ends at ${end}`);
}
