import type { Deployment } from '#local/deploy/deploy.ts';
import type { Endpoints } from '#local/deploy/servers.ts';
import type { MappingStatus } from '#msk';

/** What the process that starts the stack tells the runner. */
export type ToRunner = { type: 'deploy'; endpoints: Endpoints; stackName: string } | { type: 'stop' };

/** What the runner tells the process that started it. */
export type FromRunner =
  | { type: 'packaged' }
  | ({ type: 'deployed' } & Deployment)
  | { type: 'status'; mappings: MappingStatus[] };
