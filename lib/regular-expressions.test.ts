import { readdirSync, readFileSync } from 'node:fs';
import { parseSync } from '@swc/core';

interface Expression {
  readonly file: string;
  readonly expression: RegExp;
}

const SOURCES = ['functions', 'lib'];
/** Modules that make an expression from strings. The test loads them to find it. */
const COMPOSED = ['functions/orders/written-order.ts'];

const sources = SOURCES.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.test|\.fixture)\.ts$/.test(name))
    .map((name) => `${folder}/${name}`),
);

function* nodesOf(node: unknown): Generator<Record<string, unknown>> {
  if (typeof node !== 'object' || node === null) return;
  yield node as Record<string, unknown>;
  for (const child of Object.values(node)) yield* nodesOf(child);
}

const nodes = sources.map((file) => ({
  file,
  own: [...nodesOf(parseSync(readFileSync(file, 'utf8'), { syntax: 'typescript', target: 'es2024' }))],
}));

const literals: Expression[] = nodes.flatMap(({ file, own }) =>
  own
    .filter(({ type }) => type === 'RegExpLiteral')
    .map(({ pattern, flags }) => ({ file, expression: new RegExp(String(pattern), String(flags)) })),
);

/** The expressions that a module makes while it loads. */
async function composed(file: string): Promise<Expression[]> {
  const made: RegExp[] = [];
  const Original = globalThis.RegExp;
  globalThis.RegExp = class extends Original {
    constructor(pattern: string | RegExp, flags?: string) {
      super(pattern, flags);
      made.push(new Original(pattern, flags));
    }
  } as RegExpConstructor;
  try {
    await import(`../${file}`);
  } finally {
    globalThis.RegExp = Original;
  }
  return made.filter(({ source }) => source.length > 100).map((expression) => ({ file, expression }));
}

const LENGTH = 100_000;
const fill = (unit: string) => unit.repeat(Math.ceil(LENGTH / unit.length)).slice(0, LENGTH);

/** Long texts that repeat what the expression looks for, each also with an end that doesn't match. */
function hostileTexts({ source }: RegExp): string[] {
  const words = source.split(/[\\^$.*+?()[\]{}|]+/).filter((word) => word.length > 1);
  const units = [...Array.from('a0Z 9\\"\'-_.,:/[]{}()\t\n\u0000é'), '\\\\', '\\u', '1.', '0,', ' .', ...words];
  const runs = [`${'9'.repeat(3_999)},`, `${' '.repeat(999)}x`, `${'a'.repeat(999)} `, `${'\\'.repeat(999)}x`];
  return [...units.map(fill), ...runs.map(fill)].flatMap((text) => [text, `${text}\u0001`]);
}

/** The time of the fastest run, in ms: up to five runs, fewer if one is fast enough. */
function cost(run: () => unknown, enough: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5 && best > enough; i += 1) {
    const began = performance.now();
    run();
    best = Math.min(best, performance.now() - began);
  }
  return best;
}

/** The time of an expression that looks at each character once, over a whole text. */
const plainMs = cost(() => /[^a]/.test(fill('a')), 0);
/** The most steps for each character: two dozen alternatives are fine, thousands of steps are not. */
const MOST_STEPS = 500;
/** Shorter times are too inexact to compare. */
const LEAST_MS = 2;

/**
 * Whether an expression takes more than {@link MOST_STEPS} for each character. Short texts come first, since the time
 * may grow with a power of the length.
 */
function isSlow({ source, flags }: RegExp, texts: readonly string[]): boolean {
  const expression = new RegExp(source, flags.replace(/[gy]/g, ''));
  return [25, 1_000, 10_000, LENGTH].some((length) => {
    const most = Math.max(LEAST_MS, (MOST_STEPS * plainMs * length) / LENGTH);
    return texts.some((text) => cost(() => expression.test(text.slice(-length)), most) > most);
  });
}

test('every expression takes linear time for hostile text', async () => {
  const all = [...literals, ...(await Promise.all(COMPOSED.map(composed))).flat()];
  expect(all.length).toBeGreaterThan(20);

  const slow = all.filter(({ expression }) => isSlow(expression, hostileTexts(expression)));

  expect(slow.map(({ file, expression }) => `${file}: ${expression.source}`)).toEqual([]);
});

test('only the modules in COMPOSED make expressions from strings', () => {
  const composing = nodes.filter(({ own }) =>
    own.some(({ type, callee }) => type === 'NewExpression' && (callee as { value?: string }).value === 'RegExp'),
  );

  expect(composing.map(({ file }) => file)).toEqual(COMPOSED);
});

test.each([/\d[eE][+-]?\d{4}|\d{4000}/, /\s+$/, /(a|aa)*b/, /,.*;/])('%s is detected as slow', (expression) => {
  expect(isSlow(expression, hostileTexts(expression))).toBe(true);
});
