import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '#proof/report.ts';

/** A chaos run that has ended. */
export interface ChaosRun {
  /** undefined: it wrote no report */
  report: Report | undefined;
  code: number | null;
}

/** Runs `npm run chaos`, and shows its output. @param schedule to replay, instead of what the arguments say */
export async function chaosRun(args: readonly string[], schedule?: object): Promise<ChaosRun> {
  const scratch = await mkdtemp(join(tmpdir(), 'chaos-run-'));
  const [file, planned] = ['report.json', 'schedule.json'].map((name) => join(scratch, name)) as [string, string];
  try {
    if (schedule !== undefined) await writeFile(planned, JSON.stringify(schedule));
    const own = schedule === undefined ? args : [...args, '--schedule', planned];
    const code = await exitCode(process.execPath, ['cli/chaos.ts', ...own, '--report', file]);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    return { code, report: text === undefined ? undefined : (JSON.parse(text) as Report) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function exitCode(command: string, args: readonly string[]): Promise<number | null> {
  const child = spawn(command, args, { stdio: 'inherit' });
  return new Promise((resolve) => child.once('exit', resolve));
}

/** Prints each check. @returns whether all hold */
export function allHold(checks: readonly (readonly [what: string, holds: boolean])[]): boolean {
  for (const [what, holds] of checks) console.log(`${holds ? 'holds' : 'DOES NOT HOLD'}: ${what}`);
  const missed = checks.filter(([, holds]) => !holds).length;
  console.log(`${checks.length - missed} passed, ${missed} failed`);
  return missed === 0;
}
