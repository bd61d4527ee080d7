import type { Deployment } from '#local/deploy/deploy.ts';
import type { Endpoints } from '#local/servers/catalogue.ts';
import type { MappingStatus } from '#msk';

/** Messages from the process that starts the stack to the runner. */
export type ToRunner = { type: 'deploy'; endpoints: Endpoints; stackName: string } | { type: 'stop' };

/** Messages from the runner to the process that started it. */
export type FromRunner =
  | { type: 'packaged' }
  | ({ type: 'deployed' } & Deployment)
  | { type: 'status'; mappings: MappingStatus[] };
