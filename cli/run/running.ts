import type { Endpoints } from '#local/servers/catalogue.ts';
import type { AskedPorts } from '#local/servers/plan.ts';
import type { Stack } from '#local/stack.ts';
import type { ChaosFacts } from '#proof/chaos/facts.ts';
import type { Proxies } from '#proof/chaos/proxy/proxies.ts';
import type { DomainName } from '#proof/domains.ts';
import type { Load } from './domains.ts';
import type { LiveView } from './live-view.ts';
import type { DeployedRun } from './messages.ts';
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
  /** whether the brokers encrypt, ask for passwords and check ACLs */
  secure?: boolean;
  keep: string | undefined;
  /** servers that run already, instead of own ones */
  attach: string | undefined;
  ports: AskedPorts;
  /** the port of the metrics; undefined: the usual one, or a free one */
  metricsPort?: number | undefined;
  /** undefined: until the signal */
  durationSeconds: number | undefined;
  only: readonly DomainName[];
  /** the port that was asked for, if any */
  dashboard: { port: number | undefined } | 'off';
  load: Load;
  wantReport: boolean;
  /** failures during the load */
  chaos?: Chaos | undefined;
  /** the base URL of an OTLP collector that gets traces; undefined: no traces */
  otlp?: string | undefined;
  /** file for what each invocation uses (`npm run cost`); undefined: nothing is measured */
  usageFile?: string;
  signal: AbortSignal;
}

/** A run in which all mappings poll. */
export interface Running {
  stack: Stack;
  runner: Runner;
  deployed: DeployedRun;
  view: LiveView;
  /** the addresses that the functions and their pollers have: those of proxies, if there are any */
  seen: Endpoints;
  /** seconds from the command until all mappings polled */
  startSeconds: number;
}

/** The failures of a run. */
export interface Chaos {
  proxies: Proxies;
  /** Begins the schedule. Call it when the load runs. */
  strike(running: Running, signal: AbortSignal): Striking;
}

export interface Striking {
  /** Rejects when a strike can't be made or undone. Never resolves. */
  failed: Promise<never>;
  /** Waits for the last strike. Call it after the drain. @returns what happened */
  end(): Promise<ChaosFacts>;
}
