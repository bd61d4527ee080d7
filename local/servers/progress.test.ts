import { sizeText, streamProgress } from './progress.ts';

function recorder(isTTY: boolean) {
  const written: string[] = [];
  return { written, stream: { isTTY, columns: 20, write: (text: string) => written.push(text) } };
}

describe('progress', () => {
  test('on a terminal an update is cut to the width, and the next line replaces it', () => {
    const { written, stream } = recorder(true);
    const progress = streamProgress(stream);

    progress.update('downloading 10.0 MB of 155 MB');
    progress.line('done');

    expect(written).toEqual(['\r\u001b[2Kdownloading 10.0 MB', '\r\u001b[2Kdone\n']);
  });

  test('elsewhere an update is a plain line, at most every 5 s', () => {
    const { written, stream } = recorder(false);
    let now = 0;
    const progress = streamProgress(stream, () => now);

    for (now = 0; now <= 11_000; now += 500) progress.update(`at ${now}`);

    expect(written).toEqual(['at 0\n', 'at 5000\n', 'at 10000\n']);
  });

  test('sizes are in decimal units', () => {
    expect([0, 63_210_000, 155_400_000, 12_500_000_000].map(sizeText)).toEqual([
      '0.0 MB',
      '63.2 MB',
      '155 MB',
      '12.5 GB',
    ]);
  });
});
