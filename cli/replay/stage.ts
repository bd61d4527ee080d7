import type { ReplayPage, ReplayRequest } from '#functions/ops/replay.ts';
import { askStage } from '../dlq/stage.ts';

/**
 * Invokes the function `replay` of a deployed stage until it is done. Each call continues the one before.
 * @returns whether it is done; false if paused
 */
export async function replayOnStage(
  request: ReplayRequest,
  options: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    const { done, said } = await askStage<ReplayPage>('replay', request, options);
    console.log(said.join('\n'));
    if (done) return true;
  }
  return false;
}
