/** `node test/template/pages/picture.ts` writes the picture of docs/architecture.md. picture.test.ts fails if it is outdated. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { graphOf } from '#dashboard/server/graph/graph.ts';
import { compiledTemplate } from '../compiled.ts';

const file = join(import.meta.dirname, '..', '..', '..', 'docs', 'architecture.md');
const BETWEEN = /(?<=<!-- made by test\/template\/pages\/picture\.ts -->\n\n```mermaid\n).*?(?=```\n)/s;

type Graph = ReturnType<typeof graphOf>;

/**
 * The flow in Mermaid. Dead-letter topics are left out, because nearly every function has one. A function that reads
 * every topic gets one arrow instead of one for each topic.
 */
export function picture({ nodes, edges }: Graph): string {
  const isDrawn = (id: string) => !id.endsWith('-dlq');
  const drawn = edges.filter(({ from, to }) => isDrawn(from) && isDrawn(to));
  const topics = nodes.filter(({ kind, id }) => kind === 'topic' && isDrawn(id));
  const written = new Set(drawn.map(({ to }) => to));
  const shapes: string[] = topics
    .map(({ id, name }) => (written.has(id) ? `${idOf(id)}[${name}]` : `${idOf(id)}[/${name}/]`))
    .concat(nodes.filter(({ kind }) => kind === 'store').map(({ id, name }) => `${idOf(id)}[(${name})]`));
  const arrows = nodes
    .filter(({ kind }) => kind === 'function')
    .map(({ id, name }) => {
      const read = drawn.filter(({ to }) => to === id).map(({ from }) => idOf(from));
      const filled = drawn.filter(({ from }) => from === id).map(({ to }) => idOf(to));
      const from = read.length === topics.length ? ['every[every topic]'] : read.toSorted(byName);
      const into = filled.length > 0 ? ` --> ${filled.toSorted(byName).join(' & ')}` : '';
      return `${from.join(' & ')} --> ${name}([${name}])${into}`;
    });
  return [
    'flowchart LR',
    ...[...shapes.toSorted(byName), ...arrows.toSorted(byName)].map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** Without colons and hyphens, which Mermaid reads as arrows. A function's id is its name. */
const idOf = (id: string) => id.replace(/^function:/, '').replaceAll(/[^\w]/g, '_');
const byName = (one: string, other: string) => (one < other ? -1 : 1);

/** What the page has, and what it should have. */
export async function pictures(): Promise<{ page: string | undefined; template: string }> {
  const template = picture(graphOf(await compiledTemplate('prod')));
  return { page: BETWEEN.exec(readFileSync(file, 'utf8'))?.[0], template };
}

if (import.meta.main) {
  const { template } = await pictures();
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(BETWEEN, () => template),
  );
}
