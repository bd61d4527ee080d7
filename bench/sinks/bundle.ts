import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { parseDocument } from 'yaml';
import { ROOT } from '#local/stack-file.ts';

/** Bundles handlers as the deployment does (custom.esbuild in serverless.yml). @returns the path of each bundle */
export async function bundled<Name extends string>(
  handlers: Readonly<Record<Name, string>>,
  folder: string,
): Promise<Record<Name, string>> {
  // silent: yaml doesn't know CloudFormation's tags. This part has none.
  const service = parseDocument(await readFile(join(ROOT, 'serverless.yml'), 'utf8'), { logLevel: 'silent' }).toJS();
  const { outputFileExtension, ...options } = service.custom.esbuild as BuildOptions & { outputFileExtension: string };
  await build({
    ...options,
    absWorkingDir: ROOT,
    entryPoints: handlers,
    outdir: folder,
    outExtension: { '.js': outputFileExtension },
    logLevel: 'error',
  });
  const paths = Object.keys(handlers).map((name) => [name, join(folder, `${name}${outputFileExtension}`)]);
  return Object.fromEntries(paths) as Record<Name, string>;
}
