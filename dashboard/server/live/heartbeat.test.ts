import { Heartbeat } from './heartbeat.ts';

test('before the first report, nothing is known', () => {
  expect(new Heartbeat('functions').state(9_000)).toEqual({ name: 'functions', up: null, since: null });
});

test('it is up while it reports, down after 5 s of silence, and up again with the next report', () => {
  const heartbeat = new Heartbeat('functions');
  const at = (now: number) => {
    const { up, since } = heartbeat.state(now);
    return [up, since];
  };

  for (const now of [1_000, 2_000, 3_000]) heartbeat.beat(now);
  expect([at(3_000), at(7_999), at(8_000)]).toEqual([
    [true, 1_000],
    [true, 1_000],
    [false, 3_000],
  ]);
  heartbeat.beat(20_000);
  expect(at(20_500)).toEqual([true, 20_000]);
});
