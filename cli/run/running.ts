import type { Deployment } from '#local/deploy/deploy.ts';
import type { AskedPorts } from '#local/servers/plan.ts';
import type { Stack } from '#local/stack.ts';
import type { DomainName, Load } from './domains.ts';
import type { LiveView } from './live-view.ts';
import type { Runner } from './runner.ts';

/** What a run is asked for. */
export interface RunOptions {
  stage: string;
  /** template parameters over the stage's own, `name=value` */
  params: readonly string[];
  brokers: 1 | 3;
  minimal: boolean;
  /** Kafka Connect too, with the file sink of product-metrics */
  connect: boolean;
  /** OpenSearch too, for the alerts */
  search: boolean;
  /** the schema registry of the logins too */
  schemaRegistry: boolean;
  keep: string | undefined;
  ports: AskedPorts;
  /** without it the run goes on until the signal */
  durationSeconds: number | undefined;
  only: readonly DomainName[];
  load: Load;
  wantReport: boolean;
  signal: AbortSignal;
}

/** What a run has once everything polls. */
export interface Running {
  stack: Stack;
  runner: Runner;
  deployed: Deployment;
  view: LiveView;
  /** seconds from the command to the first record that may be produced */
  startSeconds: number;
}
