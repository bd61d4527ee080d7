import { Script } from 'node:vm';
import { build } from 'esbuild';

/** The module as it is in a function's package. */
async function minified(path: string): Promise<Record<string, new (code: string, message: string) => Error>> {
  const entryPoints = [`${import.meta.dirname}/${path}`];
  const options = { bundle: true, minify: true, format: 'iife', globalName: 'bundled', write: false } as const;
  const { outputFiles } = await build({ entryPoints, ...options });
  return new Script(`${outputFiles[0]?.text}; bundled`).runInThisContext();
}

test.each([
  ['errors.ts', 'PermanentError'],
  ['errors.ts', 'TransientError'],
  ['../functions/sinks/s3/standstill.ts', 'StandstillError'],
])('in a minified bundle of %s, the name of an error is %s', async (path, name) => {
  const ErrorClass = (await minified(path))[name] as new (code: string, message: string) => Error;

  expect(String(new ErrorClass('CODE', 'a message'))).toBe(`${name}: a message`);
});
