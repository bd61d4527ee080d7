import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build, stop } from 'esbuild';
import { parse } from 'yaml';
import { ROOT } from '#local/stack-file.ts';
import leaveOut from '../../plugins/bundles/leave-out.ts';

/** The clients at the functions' edges. They stay outside of the bundles, so that edges.ts can replace them. */
const STORES = ['@aws-sdk/client-dynamodb', '@aws-sdk/client-glue'];
const EDGES = [...STORES, 'kafkajs', 'kafkajs/*'];
/** Decoders of Powertools that JSON doesn't need. It imports them only if they are used. */
const NOT_USED = ['avro-js', 'protobufjs'];

/**
 * Bundles TypeScript files as `serverless package` bundles the functions: with the options in `custom.esbuild` of
 * serverless.yml.
 * @param entries paths relative to the project
 * @param kafka true: kafkajs is in the bundles too, as in a deployment; false: edges.ts can replace it
 * @returns the bundle of each entry. Its process needs NODE_PATH to find the packages outside of it.
 */
export async function bundle<Name extends string>(
  entries: Readonly<Record<Name, string>>,
  folder: string,
  kafka = false,
): Promise<Record<Name, string>> {
  const service = parse(await readFile(join(ROOT, 'serverless.yml'), 'utf8'), { logLevel: 'error' }) as {
    custom: { esbuild: BuildOptions & { outputFileExtension: string } };
  };
  const { outputFileExtension, ...options } = service.custom.esbuild;
  const paths = Object.entries<string>(entries);
  try {
    await build({
      ...options,
      plugins: leaveOut,
      absWorkingDir: ROOT,
      external: [...(kafka ? STORES : EDGES), ...NOT_USED],
      entryPoints: paths.map(([, path]) => path),
      outbase: '.',
      outdir: folder,
      outExtension: { '.js': outputFileExtension },
    });
  } finally {
    await stop();
  }
  return Object.fromEntries(
    paths.map(([name, path]) => [name, join(folder, path.replace(/\.ts$/, outputFileExtension))]),
  ) as Record<Name, string>;
}
