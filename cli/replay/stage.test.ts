import type { ReplayRequest } from '#functions/ops/replay.ts';
import { replayOnStage } from './stage.ts';

const request: ReplayRequest = {
  selection: { topic: 'orders' },
  to: 'orders',
  id: 'test',
  ...{ asNew: false, lateToo: false, dryRun: false },
};

/** A stage whose function `replay` needs two calls. */
function stageWith(answer: { faults: { kind: string; text: string }[]; streamTime?: number }) {
  const asked: [string, object][] = [];
  const pages = [
    { done: false, said: ['one'] },
    { done: true, said: ['two'] },
  ];
  const ask = async (name: string, data: object) => {
    asked.push([name, data]);
    return (name === 'verifyArchive' ? answer : pages.shift()) as never;
  };
  return { asked, ask };
}

const { signal } = new AbortController();

test('the function is called until it is done, with what the windows have counted', async () => {
  const said: string[] = [];
  const { asked, ask } = stageWith({ faults: [{ kind: 'ahead', text: 'lost' }], streamTime: 5 });

  expect(await replayOnStage(request, [], signal, ask, (text) => void said.push(text))).toBe(true);

  expect(asked.map(([name]) => name)).toEqual(['verifyArchive', 'replay', 'replay']);
  expect(asked[1]?.[1]).toEqual({ ...request, streamTime: 5 });
  expect(said).toEqual(['one', 'two']);
});

test('an archive with a fault is not replayed', async () => {
  const { asked, ask } = stageWith({ faults: [{ kind: 'cut', text: 'the key' }] });

  await expect(replayOnStage(request, [], signal, ask)).rejects.toThrow('the archive has a fault: the key');
  expect(asked).toHaveLength(1);
});
