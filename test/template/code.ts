import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { parseDocument } from 'yaml';
import { largestBundle } from '#bench/cold-start/bounds.ts';
import leaveOut from '../../plugins/bundles/leave-out.ts';

const service = join(import.meta.dirname, '..', '..');

/** What a function's bundle can call. */
export interface Code {
  /** commands of the SDK in the bundle, as `dynamodb:PutItem` */
  commands: Set<string>;
  /** whether the bundle contains a Kafka client */
  kafka: boolean;
  /** whether the bundle contains an OpenSearch client */
  search: boolean;
}

export interface Bundle extends Code {
  /** the bundle's size in KB (1,000 bytes), without its source map */
  kilobytes: number;
  /** the most that it may have */
  largest: number;
}

/**
 * Bundles each handler as the deployment does (custom.esbuild in serverless.yml), and lists the SDK's commands in the
 * bundle. esbuild removes commands that no code uses.
 * @param handlers as in the template: `functions/ops/migrate.handler`
 */
export async function codeOf(handlers: readonly string[]): Promise<Map<string, Bundle>> {
  const { outputFileExtension: _, ...options } = await serviceBuild();
  const { metafile } = await build({
    ...options,
    absWorkingDir: service,
    entryPoints: handlers.map((handler) => handler.replace(/\.[^.]*$/, '.ts')),
    sourcemap: false,
    write: false,
    metafile: true,
    outdir: 'out',
    outbase: service,
    logLevel: 'silent',
  });
  const outputs = Object.values(metafile.outputs).map(({ entryPoint = '', inputs, bytes }) => {
    const files = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    const commands = files.flatMap(([file]) => {
      const [, client, command] = /@aws-sdk\/client-([\w-]+)\/.*\/commands\/(\w+)Command\.js$/.exec(file) ?? [];
      return client && command ? `${client}:${command}` : [];
    });
    const has = (name: string) => files.some(([file]) => file.includes(`node_modules/${name}/`));
    return [
      entryPoint.replace(/\.ts$/, ''),
      {
        commands: new Set(commands),
        kafka: has('kafkajs'),
        search: files.some(([file]) => file === 'lib/stores/search.ts'),
        kilobytes: bytes / 1_000,
        largest: largestBundle(files.map(([file]) => file)),
      },
    ] as const;
  });
  const byFile = new Map(outputs);
  return new Map(
    handlers.map((handler) => {
      const code = byFile.get(handler.replace(/\.[^.]*$/, ''));
      if (!code) throw new Error(`no bundle of ${handler}`);
      return [handler, code];
    }),
  );
}

/** The service's esbuild options, so that the bundle is the deployed one. */
async function serviceBuild(): Promise<BuildOptions & { outputFileExtension?: string }> {
  const text = await readFile(join(service, 'serverless.yml'), 'utf8');
  // silent: yaml doesn't know CloudFormation's tags. This part has none.
  return { ...parseDocument(text, { logLevel: 'silent' }).toJS().custom.esbuild, plugins: leaveOut };
}
