import type { Graph } from '#dashboard/contract.ts';
import type { Deployment } from '#local/deploy/deploy.ts';
import type { Endpoints } from '#local/servers/catalogue.ts';
import type { MappingStatus } from '#msk';

/** Messages from the process that starts the stack to the runner. */
export type ToRunner =
  | { type: 'deploy'; endpoints: Endpoints; stackName: string }
  | { type: 'invoke'; id: number; functionName: string; event: unknown }
  | { type: 'stop' };

/** A deployment, and the flow as its template has it, for the dashboard. */
export type DeployedRun = Deployment & { graph: Graph };

/** Messages from the runner to the process that started it. */
export type FromRunner =
  | { type: 'packaged' }
  | ({ type: 'deployed' } & DeployedRun)
  | { type: 'invoked'; id: number }
  | { type: 'status'; mappings: MappingStatus[] };
