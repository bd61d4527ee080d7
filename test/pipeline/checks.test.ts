import { judge } from '#proof/judge.ts';
import { archive, produceAgain, setValue } from '#proof/mutations/mutation.fixture.ts';
import { METRICS, PROCESSED_ORDERS } from '#proof/orders/places.ts';
import { type Synthetic, syntheticWorld } from '#proof/world.fixture.ts';
import { outputChecks, reportChecks } from './checks.ts';

/** The failed checks of a run. */
function failures(spoil: (synthetic: Synthetic) => void): string[] {
  const synthetic = syntheticWorld();
  spoil(synthetic);
  const report = judge(synthetic.world, synthetic.facts);
  const checks = [...reportChecks(report), ...outputChecks(synthetic.world.file, report)];
  return checks.filter(({ holds }) => !holds).map(({ what }) => what);
}

test('all checks pass for a correct run', () => {
  expect(failures(() => {})).toEqual([]);
});

test('an order that was produced twice upstream counts once, because delivery is at least once', () => {
  expect(failures(({ world }) => archive(world, produceAgain(world, PROCESSED_ORDERS, 0)))).toEqual([]);
});

test.each<[string, (synthetic: Synthetic) => void, string[]]>([
  [
    'an order that was not processed',
    ({ world }) => void world.topics[PROCESSED_ORDERS].records.splice(4, 1),
    ['generated = processed + dead-lettered', 'the results in the file count every processed order once'],
  ],
  [
    'a window that is not in the file',
    ({ world }) => void world.file.pop(),
    ['the results in the file count every processed order once', 'the file has every window and product'],
  ],
  [
    'a line with an additional field',
    ({ world }) => void world.file.push(JSON.stringify({ ...JSON.parse(world.file.pop() as string), more: 1 })),
    ['each line is one result with exactly six fields, and its average fits its sum'],
  ],
  [
    'a line that is no JSON',
    ({ world }) => void world.file.push('{'),
    ['each line is one result with exactly six fields, and its average fits its sum'],
  ],
  [
    'a result with a cent too many',
    ({ world }) => setValue(world.topics[METRICS].records.at(-1) as never, { total_revenue: 999.99 }),
    ['every window is exact to the cent in the topic, S3, the database and the file'],
  ],
  ['an empty file', ({ world }) => void world.file.splice(0), ['the output file has results']],
  [
    'a store that lost an order',
    ({ world }) => void world.rds.orders.pop(),
    ['nothing is lost or stored twice in rds'],
  ],
])('the checks find %s', (_, spoil, expected) => {
  expect(failures(spoil)).toEqual(expect.arrayContaining([...expected, 'the report is ok']));
});
