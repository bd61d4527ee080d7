import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Error of execFile: the program ended with a code, was killed, or didn't start. */
type Ended = Error & { code?: number | string | null; signal?: string | null; stdout?: string; stderr?: string };

/**
 * Runs a tool that writes its findings to standard output, and then ends with a code other than 0.
 * @returns the tool's output, or '' if there are no findings
 * @throws Error if the tool didn't start, was killed, or failed without a finding
 */
export async function findingsOf(
  program: string,
  list: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  try {
    await run(program, list, { maxBuffer: 64 * 1024 * 1024, env: environment });
    return '';
  } catch (cause) {
    const { code, signal, stdout = '', stderr = '', message } = cause as Ended;
    if (typeof code === 'number' && stdout.trim()) return `${stdout}${stderr}`;
    const how = signal ? `was ended by ${signal}` : `failed with ${code}`;
    throw new Error(`${basename(program)} ${how}: ${lastLine(stderr) || message}`, { cause });
  }
}

/** The last line of a Python program's error is the message. */
function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
