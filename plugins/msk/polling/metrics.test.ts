import { Metrics } from './metrics.ts';

function metricsAt(committed: number, end: number): Metrics {
  const metrics = new Metrics();
  metrics.positioned(new Map([[0, { offset: committed, committed: true, end }]]), () => true);
  return metrics;
}

test('records that no fetch has returned yet count as lag', () => {
  const metrics = metricsAt(10, 10);

  metrics.reached(new Map([[0, 25]]));

  expect(metrics.values.SumOffsetLag).toBe(15);
});

test('an end that is older than the latest fetch changes nothing', () => {
  const metrics = metricsAt(10, 10);
  metrics.polled(0, 20, 30);

  metrics.reached(new Map([[0, 25]]));

  expect(metrics.values.SumOffsetLag).toBe(20);
});

test('a partition with an unknown position has no lag yet', () => {
  const metrics = metricsAt(10, 10);

  metrics.reached(new Map([[1, 25]]));

  expect(metrics.values.SumOffsetLag).toBe(0);
});
