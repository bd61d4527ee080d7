import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { options, type Serverless, WrongChoice } from './choices.ts';

const root = join(import.meta.dirname, '..', '..');
/** The longest name of a stage's resource is that of its OpenSearch domain: `msk-pipeline-` and the stage, of 28. */
const STAGE = /^[a-z][a-z0-9]{0,14}$/;

/** All params that the template uses, in YAML or in code. */
export function usedParams(): Set<string> {
  const files = globSync(['serverless.yml', 'functions/**/*.yml', 'resources/**/*.{yml,cjs,ts}'], { cwd: root });
  const names = files.flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/\bparam:(\w+)/g)]);
  return new Set([...Object.keys(options), ...names.map(([, name = '']) => name)]);
}

/**
 * Checks the options of the command. The framework ignores a param that nothing uses, so a misspelt one would have no
 * effect; and AWS would refuse a wrong name of a stage only during the deployment.
 *
 * @throws WrongChoice for an unknown param, or a stage's name that AWS refuses
 */
export async function checkGiven(serverless: Pick<Serverless, 'options' | 'resolveVariable'>): Promise<void> {
  const stage = String(await serverless.resolveVariable('sls:stage'));
  if (!STAGE.test(stage)) {
    throw new WrongChoice(`the stage "${stage}" needs another name: at most 15 lower-case letters and digits`);
  }
  const names = (serverless.options.param ?? []).map((text) => text.split('=')[0] ?? '');
  const used = usedParams();
  const unknown = names.find((name) => !used.has(name));
  if (unknown !== undefined) {
    throw new WrongChoice(`no param is called "${unknown}"; the params are ${[...used].toSorted().join(', ')}`);
  }
}
