import { effectsOf } from './effects.ts';

const planned = (at: number) => ({ at, kind: 'broker-killed', seconds: 10, with: { broker: 2 } });
const struck = (at: number, until: number) => ({ planned: planned(at), began: at * 1000, ended: until * 1000 });
const lags = (...lag: number[]) => lag.map((each, second) => ({ at: second * 1000, lag: each }));

test('a strike has the lag before it, the largest lag until it is back, and how long that took', () => {
  const facts = { struck: [struck(2, 4)], lags: lags(5, 6, 7, 900, 1500, 1800, 400, 90, 3000), rate: 100 };
  const [effect] = effectsOf(facts, [
    { produced: 1_000, took: 9_999 },
    { produced: 2_500, took: 800 },
    { produced: 3_500, took: 2_300 },
  ]);
  expect(effect).toEqual({
    at: 2,
    kind: 'broker-killed',
    with: { broker: 2 },
    seconds: 2,
    lag: { before: 7, most: 1800 },
    recovered: 3,
    alertMs: 2_300,
  });
});

test('where the next strike comes before the lag is back, nobody knows when it would have been', () => {
  const facts = { struck: [struck(1, 2), struck(4, 5)], lags: lags(5, 6, 900, 800, 700, 600, 5), rate: 100 };
  expect(effectsOf(facts, []).map(({ recovered, alertMs }) => ({ recovered, alertMs }))).toEqual([
    { recovered: null, alertMs: null },
    { recovered: 1, alertMs: null },
  ]);
});
