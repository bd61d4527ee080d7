import { produceAgain } from '../../mutations/mutation.fixture.ts';
import { syntheticWorld, type WholeWorld } from '../../world.fixture.ts';
import { PROCESSED_ORDERS } from '../places.ts';
import { ordersTruth } from './orders.ts';

/** The amounts by window and product, after a change of the world. */
function amounts(happens: (world: WholeWorld) => void): Record<string, readonly number[]> {
  const { world, facts } = syntheticWorld();
  happens(world);
  return Object.fromEntries([...ordersTruth(world, facts).windows].map(([key, { amounts }]) => [key, amounts]));
}

test('a window’s orders are in the order of processed-orders, each at its first copy', () => {
  const before = amounts(() => {});
  expect(Object.values(before).some((own) => own.join() !== own.toReversed().join())).toBe(true);

  expect(amounts((world) => produceAgain(world, PROCESSED_ORDERS, 0))).toEqual(before);
  expect(amounts(({ topics }) => topics[PROCESSED_ORDERS].records.reverse())).toEqual(
    Object.fromEntries(Object.entries(before).map(([key, own]) => [key, own.toReversed()])),
  );
});
