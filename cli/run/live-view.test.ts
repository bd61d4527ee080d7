import type { MappingStatus } from '#msk';
import type { RunningGenerator } from '#proof/load/generator.ts';
import { createManifest } from '#proof/load/manifest.ts';
import { liveView } from './live-view.ts';
import type { Progress } from './screen.ts';

const mapping = (lag: number) =>
  ({ function: 'archiveToS3', topic: 'demo_topic', metrics: { SumOffsetLag: lag } }) as unknown as MappingStatus;

/** A view, and all that it has shown. */
function view() {
  const shown: Progress[] = [];
  const screen = { show: (progress: Progress) => void shown.push(progress), say: () => undefined };
  return { shown, view: liveView(screen, () => 12) };
}

test('what the mappings do is shown from when all poll until the end, without any generator', () => {
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

test('generators that begin later are shown with what they have seen acknowledged', () => {
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
