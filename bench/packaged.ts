import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runTool } from '#local/servers/process/tool.ts';
import { ROOT } from '#local/stack-file.ts';
import { type CompiledTemplate, unpack } from '#msk';

/** The packaged service, as for a deployment. */
export interface Packaged {
  template: CompiledTemplate;
  /** The names of all functions. */
  functions: string[];
  /** @returns path of the function's bundle. @throws Error if there is no such function */
  bundleOf(functionName: string): string;
}

/**
 * Runs `serverless package` for the stage `local`, and unpacks each function's zip.
 * @param folder gets the package and the unpacked functions
 * @param options.params texts of `--param`, for example `notifications=on`
 * @throws the signal's reason, when it aborts
 */
export async function packageService(
  folder: string,
  { params = [], signal }: { params?: readonly string[]; signal?: AbortSignal } = {},
): Promise<Packaged> {
  const cli = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
  const output = join(folder, 'package');
  await runTool({
    name: 'Packaging the service',
    command: process.execPath,
    args: [cli, 'package', '--stage', 'local', '--package', output, ...params.flatMap((param) => ['--param', param])],
    folder: ROOT,
    log: join(folder, 'package.log'),
    signal,
  });
  const template = JSON.parse(
    await readFile(join(output, 'cloudformation-template-update-stack.json'), 'utf8'),
  ) as CompiledTemplate;
  const bundles = new Map<string, string>();
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    // The framework names a function SERVICE-STAGE-NAME.
    const name = String(Properties?.['FunctionName']).split('-').at(-1) as string;
    const unpacked = join(folder, name);
    await unpack(join(output, `${name}.zip`), unpacked);
    bundles.set(name, join(unpacked, `${String(Properties?.['Handler']).replace(/\.[^.]+$/, '')}.cjs`));
  }
  return {
    template,
    functions: [...bundles.keys()],
    bundleOf(name) {
      const path = bundles.get(name);
      if (path === undefined) throw new Error(`the service has no function ${name}`);
      return path;
    },
  };
}
