import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runTool } from '#local/servers/process/tool.ts';
import { ROOT } from '#local/stack-file.ts';
import { type CompiledTemplate, unpack } from '#msk';

export interface Packaged {
  template: CompiledTemplate;
  /** Path of the bundle of aggregateOrders, as for a deployment. */
  module: string;
}

/** Runs `serverless package` into a folder, and unpacks the function's zip there. */
export async function packageService(folder: string): Promise<Packaged> {
  const cli = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
  const output = join(folder, 'package');
  await runTool({
    name: 'Packaging the service',
    command: process.execPath,
    args: [cli, 'package', '--stage', 'local', '--package', output],
    folder: ROOT,
    log: join(folder, 'package.log'),
  });
  const template = JSON.parse(
    await readFile(join(output, 'cloudformation-template-update-stack.json'), 'utf8'),
  ) as CompiledTemplate;
  const unpacked = join(folder, 'aggregateOrders');
  await unpack(join(output, 'aggregateOrders.zip'), unpacked);
  const handler = String(template.Resources['AggregateOrdersLambdaFunction']?.Properties?.['Handler']);
  return { template, module: join(unpacked, `${handler.replace(/\.[^.]+$/, '')}.cjs`) };
}
