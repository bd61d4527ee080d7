import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Mutation, System } from './system.ts';

const ROOT = new URL('../../', import.meta.url);
const PLATFORM = new URL('platform/', import.meta.url);
/** Modules of Node that the code under simulation gets in a simulated form. */
const SIMULATED: Readonly<Record<string, string>> = {
  'node:timers/promises': new URL('timers-promises.ts', PLATFORM).href,
  'node:zlib': new URL('zlib.ts', PLATFORM).href,
};

const REAL_KAFKA = new URL('plugins/msk/consumer/kafka-client.ts', ROOT);
const KAFKA = new URL('stores/kafka-client.ts', import.meta.url);

const mutations = new Map<string, readonly Mutation[]>();

/**
 * Imports a system, and all code that it imports from this repository, once more: with simulated modules of Node, and
 * with the mutations in its source text.
 * @throws Error if a mutation's line isn't in its file exactly once
 */
export async function loadSystem(name: string, mutated: readonly Mutation[] = []): Promise<System> {
  for (const { file, from, safeguard } of mutated) {
    const count = readFileSync(new URL(file, ROOT), 'utf8').split(from).length - 1;
    if (count !== 1) throw new Error(`${file} has the line of the safeguard "${safeguard}" ${count} times: ${from}`);
  }
  const graph = `${name}-${mutations.size}`;
  mutations.set(graph, mutated);
  const { system } = (await import(`${new URL(`systems/${name}.ts`, import.meta.url).href}?graph=${graph}`)) as {
    system: System;
  };
  return system;
}

const graphOf = (url: string | undefined) => new URL(url ?? ROOT).searchParams.get('graph');

registerHooks({
  resolve(specifier, context, next) {
    const graph = graphOf(context.parentURL);
    if (graph === null) return next(specifier, context);
    const simulated = SIMULATED[specifier];
    if (simulated !== undefined) return { url: simulated, format: 'module-typescript', shortCircuit: true };
    const resolved = next(specifier, context);
    if (resolved.url === REAL_KAFKA.href) return { ...resolved, url: `${KAFKA.href}?graph=${graph}` };
    const isOurs =
      resolved.url.startsWith(ROOT.href) && !/\/node_modules\/|\/simulation\/platform\//.test(resolved.url);
    return isOurs ? { ...resolved, url: `${resolved.url.split('?')[0]}?graph=${graph}` } : resolved;
  },
  load(url, context, next) {
    const graph = url.startsWith('file:') ? graphOf(url) : null;
    if (graph === null) return next(url, context);
    const file = pathToFileURL(fileURLToPath(url)).href.slice(ROOT.href.length);
    if (file.endsWith('.avsc')) return asText(url);
    const own = mutations.get(graph)?.filter((mutation) => mutation.file === file) ?? [];
    if (own.length === 0) return next(url, context);
    const text = own.reduce(
      (source, { from, to }) => source.replace(from, () => to),
      readFileSync(fileURLToPath(url), 'utf8'),
    );
    return { ...next(url, context), source: text };
  },
});

/** Like esbuild's text loader (serverless.yml). */
function asText(url: string) {
  const text = readFileSync(new URL(url.split('?')[0] as string), 'utf8');
  return { format: 'module', source: `export default ${JSON.stringify(text)}`, shortCircuit: true } as const;
}
