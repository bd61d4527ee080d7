import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { type CompiledTemplate, type References, resolve } from '#msk';

export const stages = ['local', 'dev', 'prod'] as const;
export type Stage = (typeof stages)[number];

/** As `--param name=value` gives them. */
export type Params = Readonly<Record<string, string>>;

/** ms that a test may wait for its templates: all of them are packaged at worst, on a machine that has other work. */
export const PACKAGING_MS = 300_000;

const service = join(import.meta.dirname, '..', '..');
/** What the template is made from; a change in any of it compiles anew. */
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
 * The file that `serverless package --stage` writes, as Amazon would get it. Kept until one of its sources changes, so
 * that the lint and every test file share one packaging per stage.
 * @throws Error with the framework's own output where it doesn't compile
 */
export async function templateFile(stage: Stage, params: Params = {}): Promise<string> {
  const folder = join(cache, await fingerprint());
  const file = join(folder, fileName(stage, params));
  if (await readFile(file).catch(() => undefined)) return file;
  const { first, whole } = await packaged(stage, params);
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries({ [firstOf(file)]: first, [file]: whole })) {
    // Whole or not at all: another test process may read it now.
    await writeFile(`${name}.${process.pid}`, text);
    await rename(`${name}.${process.pid}`, name);
  }
  await dropOlder(folder);
  return file;
}

/** Other values of the same params are another template. */
export function fileName(stage: Stage, params: Params): string {
  const values = createHash('sha256').update(JSON.stringify(params)).digest('hex').slice(0, 8);
  return `${[stage, ...Object.keys(params), values].join('-')}.json`;
}

const firstOf = (file: string) => file.replace(/\.json$/, '.first.json');

/** With which the framework creates the stack, before there is a bucket to put the whole template into. */
export async function firstTemplate(stage: Stage): Promise<CompiledTemplate> {
  return JSON.parse(await readFile(firstOf(await templateFile(stage)), 'utf8'));
}

/** The compiled template with its intrinsic functions. */
export async function compiledTemplate(stage: Stage, params?: Params): Promise<CompiledTemplate> {
  return JSON.parse(await readFile(await templateFile(stage, params), 'utf8'));
}

/**
 * The compiled template without intrinsic functions: a `Ref` gives the logical id, `Fn::GetAtt` the id, a dot, and the
 * attribute; cluster and topics have ARNs of an invented account, so that the ARNs made from them read like real ones.
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

/** Every attribute that the template asks for: by Fn::GetAtt, or within Fn::Sub. */
const attributes = /(?:"Fn::GetAtt":\["|\$\{)(\w+)(?:","|\.)([\w.]+)["}]/g;

const arns = new Map<string, (properties: Record<string, unknown>) => string>([
  ['AWS::MSK::Cluster', () => 'arn:aws:kafka:us-east-1:000000000000:cluster/pipeline/uuid'],
  [
    'AWS::MSK::Topic',
    ({ TopicName }) => `arn:aws:kafka:us-east-1:000000000000:topic/pipeline/uuid/${String(TopicName)}`,
  ],
]);

/**
 * Packages in a copy of the service's own files (the framework takes no linked serverless.yml): the framework's `.serverless` and `.esbuild` are then the
 * test's own, and a pipeline that runs from this checkout isn't disturbed.
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
        // Nothing of the caller's account: the template must come out the same without credentials and network.
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

/** Without libraries in the bundles: the template doesn't depend on them, and they take most of the time. */
async function withoutLibraries(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const changed = text.replace(/^( +)bundle: true$/m, '$&\n$1packages: external');
  if (changed === text) throw new Error(`${file} has no line "bundle: true" any more: look at custom.esbuild`);
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

/** What the framework writes into a fixture while another test packages that is none. */
const isSource = (path: string) => !/^\.(serverless|esbuild)$/.test(basename(path));

/** A minute's work on the sources must not take away what another process is reading. */
const KEPT_MS = 3_600_000;

async function dropOlder(current: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const folder = join(cache, name);
    if (folder === current) continue;
    const { mtimeMs } = await stat(folder);
    if (Date.now() - mtimeMs > KEPT_MS) await rm(folder, { recursive: true, force: true });
  }
}
