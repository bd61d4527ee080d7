import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { type CompiledTemplate, type References, resolve } from '#msk';

export const stages = ['local', 'dev', 'prod'] as const;
export type Stage = (typeof stages)[number];

/** Values of `--param name=value`. */
export type Params = Readonly<Record<string, string>>;

/** Timeout in ms for a test that needs templates: it may have to package all of them, on a busy machine. */
export const PACKAGING_MS = 300_000;

const service = join(import.meta.dirname, '..', '..');
/** Sources of the template. A change in one of them discards the cache. */
const sources = [
  'serverless.yml',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'functions',
  'lib',
  'plugins',
  'resources',
];
const cache = join(service, 'node_modules', '.cache', 'template');

/**
 * The template file that `serverless package --stage` writes for CloudFormation. It is cached until one of its sources
 * changes, so that the lint and all test files share one packaging of each stage.
 * @throws Error with the framework's output if it doesn't compile
 */
export async function templateFile(stage: Stage, params: Params = {}): Promise<string> {
  const folder = join(cache, await fingerprint());
  const file = join(folder, fileName(stage, params));
  if (await readFile(file).catch(() => undefined)) return file;
  const { first, whole } = await packaged(stage, params);
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries({ [firstOf(file)]: first, [file]: whole })) {
    // Renamed when complete, because another test process may read it now.
    await writeFile(`${name}.${process.pid}`, text);
    await rename(`${name}.${process.pid}`, name);
  }
  await dropOlder(folder);
  return file;
}

/** Has the names of the params, and a hash of their values. */
export function fileName(stage: Stage, params: Params): string {
  const values = createHash('sha256').update(JSON.stringify(params)).digest('hex').slice(0, 8);
  return `${[stage, ...Object.keys(params), values].join('-')}.json`;
}

const firstOf = (file: string) => file.replace(/\.json$/, '.first.json');

/** The template that the framework creates the stack with. It makes the bucket for the complete template. */
export async function firstTemplate(stage: Stage): Promise<CompiledTemplate> {
  return JSON.parse(await readFile(firstOf(await templateFile(stage)), 'utf8'));
}

/** The compiled template with its intrinsic functions. */
export async function compiledTemplate(stage: Stage, params?: Params): Promise<CompiledTemplate> {
  return JSON.parse(await readFile(await templateFile(stage, params), 'utf8'));
}

/**
 * The compiled template without intrinsic functions. A `Ref` becomes the logical id, and `Fn::GetAtt` becomes the id, a
 * dot and the attribute. Cluster and topics get ARNs in an invented account, so that ARNs built from them look real.
 */
export async function plainTemplate(stage: Stage, params?: Params): Promise<CompiledTemplate> {
  const template = await compiledTemplate(stage, params);
  const references: References = {};
  for (const [id, resource] of Object.entries(template.Resources)) {
    references[id] = { Ref: arns.get(resource.Type)?.(resource.Properties ?? {}) ?? id };
  }
  for (const [, id = '', attribute = ''] of JSON.stringify(template).matchAll(attributes)) {
    Object.assign(references[id] ?? {}, { [attribute]: `${id}.${attribute}` });
  }
  return resolve(template, { template, references }) as CompiledTemplate;
}

/** Every attribute that the template refers to, by Fn::GetAtt or in Fn::Sub. */
const attributes = /(?:"Fn::GetAtt":\["|\$\{)(\w+)(?:","|\.)([\w.]+)["}]/g;

const arns = new Map<string, (properties: Record<string, unknown>) => string>([
  ['AWS::MSK::Cluster', () => 'arn:aws:kafka:us-east-1:000000000000:cluster/pipeline/uuid'],
  [
    'AWS::MSK::Topic',
    ({ TopicName }) => `arn:aws:kafka:us-east-1:000000000000:topic/pipeline/uuid/${String(TopicName)}`,
  ],
]);

/**
 * Packages a copy of the sources, with its own `.serverless` and `.esbuild`, so that a pipeline that runs from this
 * checkout isn't disturbed. (The framework doesn't accept a linked serverless.yml.)
 */
async function packaged(stage: Stage, params: Params): Promise<{ first: string; whole: string }> {
  const given = Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const folder = await mkdtemp(join(tmpdir(), `msk-template-${stage}-`));
  try {
    for (const source of sources)
      await cp(join(service, source), join(folder, source), { recursive: true, filter: isSource });
    await symlink(join(service, 'node_modules'), join(folder, 'node_modules'));
    await withoutLibraries(join(folder, 'serverless.yml'));
    await promisify(execFile)(
      process.execPath,
      ['node_modules/serverless/bin/serverless.js', 'package', '--stage', stage, ...given, '--package', 'out'],
      {
        cwd: folder,
        // No credentials of the caller: the template must not depend on an account or the network.
        env: { PATH: process.env['PATH'], HOME: folder, AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' },
        maxBuffer: 16 * 1024 * 1024,
      },
    );
    const output = (step: string) =>
      readFile(join(folder, 'out', `cloudformation-template-${step}-stack.json`), 'utf8');
    return { first: await output('create'), whole: await output('update') };
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    throw new Error(`serverless package --stage ${stage} failed:\n${stdout}${stderr}`, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Leaves libraries out of the bundles: they take most of the time, and the template doesn't depend on them. */
async function withoutLibraries(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const changed = text.replace(/^( +)bundle: true$/m, '$&\n$1packages: external');
  if (changed === text) throw new Error(`${file} has no line "bundle: true": see custom.esbuild`);
  await writeFile(file, changed);
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    const path = join(service, source);
    for (const file of await filesBelow(path)) hash.update(relative(service, file)).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}

async function filesBelow(path: string): Promise<string[]> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (names === undefined) return [path];
  return (await Promise.all(names.filter(isSource).map((name) => filesBelow(join(path, name))))).flat().sort();
}

/** False for folders that the framework writes into a fixture while another test packages it. */
const isSource = (path: string) => !/^\.(serverless|esbuild)$/.test(basename(path));

/** Time before an outdated folder is deleted, because another process may still read it. */
const KEPT_MS = 3_600_000;

async function dropOlder(current: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const folder = join(cache, name);
    if (folder === current) continue;
    const { mtimeMs } = await stat(folder);
    if (Date.now() - mtimeMs > KEPT_MS) await rm(folder, { recursive: true, force: true });
  }
}
