import { judge } from '#proof/judge.ts';
import { archive, produceAgain, setValue } from '#proof/mutations/mutation.fixture.ts';
import { METRICS, PROCESSED_ORDERS } from '#proof/topics.ts';
import { type Synthetic, syntheticWorld } from '#proof/world.fixture.ts';
import { outputChecks, reportChecks } from './checks.ts';

/** What doesn't hold of a run. */
function failures(spoil: (synthetic: Synthetic) => void): string[] {
  const synthetic = syntheticWorld();
  spoil(synthetic);
  const report = judge(synthetic.world, synthetic.facts);
  const checks = [...reportChecks(report), ...outputChecks(synthetic.world.file, report)];
  return checks.filter(({ holds }) => !holds).map(({ what }) => what);
}

test('all hold of a run in which all is right', () => {
  expect(failures(() => {})).toEqual([]);
});

test('an order that was produced twice upstream is one, as a pipeline that delivers at least once may do', () => {
  expect(failures(({ world }) => archive(world, produceAgain(world, PROCESSED_ORDERS, 0)))).toEqual([]);
});

test.each<[string, (synthetic: Synthetic) => void, string[]]>([
  [
    'an order that was not processed',
    ({ world }) => void world.topics[PROCESSED_ORDERS].records.splice(4, 1),
    ['generated = processed + dead-lettered', 'its results count every processed order once'],
  ],
  [
    'a window that is not in the file',
    ({ world }) => void world.file.pop(),
    ['its results count every processed order once', 'it has every window and product'],
  ],
  [
    'a line with a field more',
    ({ world }) => void world.file.push(JSON.stringify({ ...JSON.parse(world.file.pop() as string), more: 1 })),
    ['each line is one result of exactly six fields, its average that of its own sum'],
  ],
  [
    'a line that is no JSON',
    ({ world }) => void world.file.push('{'),
    ['each line is one result of exactly six fields, its average that of its own sum'],
  ],
  [
    'a result with a cent too many',
    ({ world }) => setValue(world.topics[METRICS].records.at(-1) as never, { total_revenue: 999.99 }),
    ['every window is right to the cent, in the topic, S3, the database and the file'],
  ],
  ['an empty file', ({ world }) => void world.file.splice(0), ['the output file has results']],
  ['a store that lost an order', ({ world }) => void world.rds.orders.pop(), ['nothing is lost or double in rds']],
])('%s is found', (_, spoil, expected) => {
  expect(failures(spoil)).toEqual(expect.arrayContaining([...expected, 'the report finds no fault']));
});
