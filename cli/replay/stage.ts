import type { ReplayPage, ReplayRequest } from '#functions/ops/replay.ts';
import type { VerifyAnswer } from '#functions/ops/verifyArchive.ts';
import { askStage } from '../dlq/stage.ts';

/** Invokes a function of the stage. */
type Ask = <T>(name: string, request: object) => Promise<T>;

/**
 * Has the archive checked by the stage's function `verifyArchive`, and invokes `replay` until it is done. Each call
 * continues the one before.
 * @returns whether it is done; false if paused
 * @throws Error if the archive has a fault
 */
export async function replayOnStage(
  request: ReplayRequest,
  options: readonly string[],
  signal: AbortSignal,
  ask: Ask = (name, data) => askStage(name, data, options),
  say: (text: string) => void = console.log,
): Promise<boolean> {
  const { topic } = request.selection;
  const { faults, streamTime } = await ask<VerifyAnswer>('verifyArchive', { topic, waitMs: 0 });
  // What isn't archived yet isn't replayed, and a lost topic is behind its archive.
  const fault = faults.find(({ kind }) => kind !== 'behind' && kind !== 'ahead');
  if (fault) throw new Error(`the archive has a fault: ${fault.text}`);
  const whole = { ...request, ...(streamTime !== undefined && { streamTime }) };
  while (!signal.aborted) {
    const { done, said } = await ask<ReplayPage>('replay', whole);
    say(said.join('\n'));
    if (done) return true;
  }
  return false;
}
