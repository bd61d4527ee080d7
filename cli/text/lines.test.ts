import fc from 'fast-check';
import { linesOf } from './lines.ts';

async function lines(...chunks: (Buffer | string)[]): Promise<string[]> {
  const all: string[] = [];
  for await (const some of linesOf(
    (async function* () {
      yield* chunks;
    })(),
  ))
    all.push(...some.map((line) => line.toString('latin1')));
  return all;
}

test('lines end at line feeds; the last line may have none', async () => {
  expect(await lines('a\nb\nc')).toEqual(['a', 'b', 'c']);
  expect(await lines('a\nb\n')).toEqual(['a', 'b']);
  expect(await lines('a\n\nb')).toEqual(['a', '', 'b']);
  expect(await lines()).toEqual([]);
});

test('bytes that are not UTF-8 are unchanged', async () => {
  expect(await lines(Buffer.from([0xff, 0x0d, 0x0a, 0x00]))).toEqual(['\xff\r', '\0']);
});

test('the lines do not depend on where a chunk ends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('a', '\n', 'é'), { maxLength: 30 }), fc.nat(8), async (text, size) => {
      const bytes = Buffer.from(text.join(''));
      const chunks = [];
      for (let i = 0; i < bytes.length; i += size + 1) chunks.push(bytes.subarray(i, i + size + 1));
      expect(await lines(...chunks)).toEqual(await lines(bytes));
    }),
  );
});
