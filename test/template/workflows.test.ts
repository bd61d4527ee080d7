import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

type Permissions = Record<string, string>;

interface Workflow {
  on: Record<string, unknown>;
  permissions?: Permissions;
  jobs: Record<string, { permissions?: Permissions; environment?: string; steps?: { uses?: string; run?: string }[] }>;
}

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDER = join(ROOT, '.github', 'workflows');
const SCRIPTS = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }).scripts;
const FILES = readdirSync(FOLDER);
const textOf = (file: string) => readFileSync(join(FOLDER, file), 'utf8');
const read = (file: string) => parse(textOf(file)) as Workflow;

/** What a job may do beyond reading the repository, and which job needs it. */
const MAY_WRITE: Record<string, Record<string, Permissions>> = {
  'codeql.yml': { analyze: { 'security-events': 'write' } },
  'deploy.yml': { deploy: { 'id-token': 'write' } },
  'release.yml': { release: { contents: 'write' } },
};

test.each(FILES)('%s uses actions by commit, each with its version beside it', (file) => {
  const lines = textOf(file).split('\n');
  const uses = lines.filter((line) => /^\s*(?:- )?uses:/.test(line) && !line.includes('uses: ./'));

  expect(uses.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
});

test('one action has the same commit in all workflows', () => {
  const used = FILES.flatMap((file) => [...textOf(file).matchAll(/uses: ([\w-]+\/[\w-]+)\S*@(\w+)/g)]);
  const commits = Map.groupBy(used, ([, action]) => action);

  for (const [action, own] of commits) {
    expect([action, new Set(own.map(([, , commit]) => commit)).size]).toEqual([action, 1]);
  }
});

test.each(FILES)('%s may read the repository only, and a job has no more than what it needs', (file) => {
  const { on, permissions, jobs } = read(file);
  const writes = Object.entries(jobs).flatMap(([name, job]) => {
    const { contents, ...others } = job.permissions ?? {};
    const own = contents === 'write' ? { contents, ...others } : others;
    return Object.keys(own).length > 0 ? [[name, own]] : [];
  });

  expect(permissions).toEqual({ contents: 'read' });
  expect(Object.fromEntries(writes)).toEqual(MAY_WRITE[file] ?? {});
  // This event runs with the secrets of the repository on the code of a stranger.
  expect(on).not.toHaveProperty('pull_request_target');
});

test.each(FILES)('each npm script that %s runs exists', (file) => {
  const commands = Object.values(read(file).jobs).flatMap(({ steps = [] }) => steps.map(({ run = '' }) => run));
  const scripts = commands.flatMap((run) => [...run.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name));

  expect(scripts.filter((name) => !Object.hasOwn(SCRIPTS, name))).toEqual([]);
});

test('a deployment tests first, and waits for the approval of its environment', () => {
  const { jobs } = read('deploy.yml');

  expect(jobs['deploy']?.environment).toContain('inputs.stage');
  expect(jobs['deploy']).toMatchObject({ needs: 'test' });
  expect(jobs['test']).toEqual({ uses: './.github/workflows/test.yml' });
});
