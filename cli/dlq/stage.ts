import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Ask } from '#functions/ops/redrive/ask.ts';
import { ROOT } from '#local/stack-file.ts';
import { ONCE } from '../serverless.ts';

/**
 * Asks the function `redrive` of a deployed stage.
 * @param options of `serverless invoke`: stage, region, profile, params
 * @param folder with the service; a test passes its own
 */
export function stageService(options: readonly string[], folder: string = ROOT): Ask {
  return (action, request) => askStage('redrive', { action, ...request }, options, folder);
}

/** Invokes a function of a deployed stage. @returns what it returns. @throws Error with what it threw */
export async function askStage<T>(
  name: string,
  request: object,
  options: readonly string[],
  folder: string = ROOT,
): Promise<T> {
  const cli = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
  const args = [cli, 'invoke', '--function', name, ...options];
  const { code, output, errors } = await outputOf(args, JSON.stringify(request), folder);
  if (code !== 0)
    throw new Error(`the stage's function ${name} failed: ${reasonOf(output) ?? `${output}${errors}`.trim()}`);
  return JSON.parse(output) as T;
}

/** What the function threw; undefined if it didn't run. */
function reasonOf(output: string): string | undefined {
  try {
    // The framework prints what the function threw as JSON, and a line behind it.
    const [json = ''] = /\{[\s\S]*\}/.exec(output) ?? [];
    return (JSON.parse(json) as { errorMessage?: string }).errorMessage;
  } catch {
    return undefined;
  }
}

/** @param input the request: by standard input, because an argument has at most 128 KB, and other users see it */
function outputOf(
  args: readonly string[],
  input: string,
  cwd: string,
): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...ONCE },
  });
  // A framework that ends before it reads says itself what is wrong.
  child.stdin.on('error', () => undefined).end(input);
  const [output, errors]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString() }),
    );
  });
}
