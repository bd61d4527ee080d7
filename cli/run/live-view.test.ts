import type { MappingStatus } from '#msk';
import type { DomainName } from '#proof/domains.ts';
import type { RunningGenerator } from '#proof/load/generator.ts';
import { createManifest } from '#proof/load/manifest.ts';
import { liveView } from './live-view.ts';
import type { Progress } from './screen.ts';

const mapping = (lag: number, topic = 'demo_topic') =>
  ({ function: 'archiveToS3', topic, metrics: { PolledEventCount: 0, SumOffsetLag: lag } }) as unknown as MappingStatus;

/** A view, and everything that it has shown. */
function view(...only: DomainName[]) {
  const shown: Progress[] = [];
  const screen = { show: (progress: Progress) => void shown.push(progress), say: () => undefined };
  return { shown, view: liveView(screen, () => 12, only) };
}

test('progress is shown between open and close, also without a generator', () => {
  const { shown, view: live } = view();
  live.status([mapping(1)]);
  live.open();
  live.status([mapping(2)]);
  live.status([mapping(3)]);
  live.close();
  live.status([mapping(4)]);

  expect(shown).toEqual([2, 3].map((lag) => ({ seconds: 12, produced: {}, perSecond: 0, mappings: [mapping(lag)] })));
  expect(live.maxLag()).toBe(4);
});

test('a generator that is added later is shown with its acknowledged records', () => {
  const { shown, view: live } = view();
  const manifest = createManifest(1, 0, []);
  const generator = { manifest, finished: Promise.resolve() } as unknown as RunningGenerator;
  live.open();
  live.status([mapping(0)]);
  live.add('demo', generator);
  manifest.acknowledge('demo_topic', 0, 0, 0x80);
  live.status([mapping(0)]);

  expect(shown.map(({ produced }) => produced)).toEqual([{}, { demo: 1 }]);
});

test('with chosen domains, a mapping of another domain is shown only if it has records or an error', () => {
  const { shown, view: live } = view('fleet');
  const own = ['raw-data-topic', 'raw-data-dlq', 'trips-topic', 'alerts-topic', 'topic-of-no-domain'];
  const other = ['orders', 'processed-orders', 'product-metrics', 'user-login', 'demo_topic'];
  const behind = mapping(1, 'orders-dlq');
  const failing = { ...mapping(0, 'user-login-dlq'), lastError: 'no answer' };
  live.open();
  live.status([...[...own, ...other].map((topic) => mapping(0, topic)), behind, failing]);

  expect(shown[0]?.mappings.map(({ topic }) => topic)).toEqual([...own, behind.topic, failing.topic]);
  expect(live.mappings()).toHaveLength(12);
});

test('without a chosen domain, all mappings are shown', () => {
  const { shown, view: live } = view();
  live.open();
  live.status([mapping(0, 'orders'), mapping(0, 'raw-data-topic')]);

  expect(shown[0]?.mappings).toHaveLength(2);
});
