import { drawSchedule, partOf, readSchedule } from './schedule.ts';
import { STRIKES } from './strikes.ts';

const drawn = (seed: number, seconds = 600, brokers = 3) => drawSchedule({ seed, seconds, brokers }, STRIKES);
const kindsOf = ({ strikes }: ReturnType<typeof drawn>) => new Set(strikes.map(({ kind }) => kind));

test('the same seed gives the same schedule, and another seed another one', () => {
  expect(drawn(7)).toEqual(drawn(7));
  expect(drawn(7)).not.toEqual(drawn(8));
});

test.each([1, 2, 3, 4, 5])(
  '10 minutes of seed %d have at least 20 strikes of at least 12 kinds, all within the load',
  (seed) => {
    const schedule = drawn(seed);
    expect(schedule.strikes.length).toBeGreaterThanOrEqual(20);
    expect(kindsOf(schedule).size).toBeGreaterThanOrEqual(12);
    for (const { at, seconds } of schedule.strikes) expect(at + seconds).toBeLessThanOrEqual(600);
  },
);

test('twenty runs have every kind', () => {
  const seen = new Set(Array.from({ length: 20 }, (_, seed) => [...kindsOf(drawn(seed))]).flat());
  expect([...seen].toSorted()).toEqual(Object.keys(STRIKES).toSorted());
});

test('two strikes on the same part never overlap', () => {
  for (let seed = 0; seed < 50; seed++) {
    const { strikes } = drawn(seed);
    const byPart = Map.groupBy(strikes, (one) => partOf(STRIKES[one.kind] as never, one.with));
    for (const own of byPart.values()) {
      for (const [index, { at }] of own.entries()) {
        const before = own[index - 1];
        if (before !== undefined) expect(at).toBeGreaterThan(before.at + before.seconds);
      }
    }
  }
});

test('a cluster of one broker keeps what needs other brokers', () => {
  for (let seed = 0; seed < 20; seed++) expect(kindsOf(drawn(seed, 600, 1))).not.toContain('leaders-moved');
});

test('a schedule that was written is read again', () => {
  const schedule = drawn(7);
  expect(readSchedule(JSON.stringify(schedule), STRIKES)).toEqual(schedule);
});

test.each([
  ['no JSON', '{', /JSON/],
  ['no list of strikes', '{"seed":1,"seconds":2,"brokers":3}', /strikes/],
  [
    'an unknown kind',
    '{"seed":1,"seconds":2,"brokers":3,"strikes":[{"at":1,"kind":"flood","seconds":2,"with":{}}]}',
    /"flood" is no kind/,
  ],
  [
    'a strike without a time',
    '{"seed":1,"seconds":2,"brokers":3,"strikes":[{"kind":"poison","seconds":2,"with":{}}]}',
    /lacks at/,
  ],
])('a file with %s is an error that says so', (_, text, message) => {
  expect(() => readSchedule(text, STRIKES)).toThrow(message);
});
