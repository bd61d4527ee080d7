import type { ReportFacts } from './input.ts';
import { judge } from './judge.ts';
import type { Places } from './places.ts';
import { readWorld } from './read-world.ts';
import type { Report } from './report.ts';

/**
 * Proves that a run lost nothing and counted nothing twice. It reads back all topics and stores, computes from the
 * input topics alone what must be where, and compares. Call it after the drain, while the servers still run.
 *
 * @throws Error where the topics can't be read back
 * @example
 * const places = placesOf(endpoints, references);
 * const report = await reconcile({ ...places, generators: { fleet: { manifest, causes } }, … });
 * if (!report.ok) process.exitCode = 1;
 */
export async function reconcile(input: ReportFacts & Places): Promise<Report> {
  const started = performance.now();
  const world = await readWorld(input);
  const report = judge(world, input);
  return { ...report, reconcileSeconds: Math.round(performance.now() - started) / 1000 };
}
