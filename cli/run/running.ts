import type { Deployment } from '#local/deploy/deploy.ts';
import type { AskedPorts } from '#local/servers/plan.ts';
import type { Stack } from '#local/stack.ts';
import type { DomainName } from '#proof/domains.ts';
import type { Load } from './domains.ts';
import type { LiveView } from './live-view.ts';
import type { Runner } from './runner.ts';

/** The options of a run. */
export interface RunOptions {
  stage: string;
  /** template parameters that replace the stage's values, as `name=value` */
  params: readonly string[];
  brokers: 1 | 3;
  minimal: boolean;
  /** whether Kafka Connect runs, with the file sink of product-metrics */
  connect: boolean;
  /** whether OpenSearch runs, for the alerts */
  search: boolean;
  /** whether the schema registry of the logins runs */
  schemaRegistry: boolean;
  keep: string | undefined;
  /** servers that run already, instead of own ones */
  attach: string | undefined;
  ports: AskedPorts;
  /** undefined: until the signal */
  durationSeconds: number | undefined;
  only: readonly DomainName[];
  load: Load;
  wantReport: boolean;
  /** file for what each invocation uses (`npm run cost`); undefined: nothing is measured */
  usageFile?: string;
  signal: AbortSignal;
}

/** A run in which all mappings poll. */
export interface Running {
  stack: Stack;
  runner: Runner;
  deployed: Deployment;
  view: LiveView;
  /** seconds from the command until all mappings polled */
  startSeconds: number;
}
