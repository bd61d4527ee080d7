import type { CompiledTemplate, Deployed, Invoke, MappingStatus } from '../plugins/msk/contract.ts';
import { deploy as deployTemplate } from './deploy/deploy.ts';
import { localEnvironment } from './deploy/environment.ts';
import { hasStores } from './deploy/needs.ts';
import { type Refuser, refuseAws } from './deploy/refuse-aws.ts';
import { NOWHERE } from './deploy/servers.ts';
import type { FromRunner, ToRunner } from './run/messages.ts';

export { attach } from './commands/invoke/attach.ts';

/**
 * What plugins/msk asks of this service when it runs here (custom.msk.offline in serverless.yml). It lives in the
 * runner, a process of its own; the one that started it has the servers, and tells where they are.
 */
let refuser: Refuser | undefined;
let hasDatabase = false;

const tell = (message: FromRunner) => void process.send?.(message);

export async function deploy(template: CompiledTemplate): Promise<Deployed> {
  const { endpoints, stackName } = await servers();
  const deployment = await deployTemplate(template, stackName, endpoints);
  tell({ type: 'deployed', ...deployment });
  refuser = await refuseAws((call) => console.error(`refused: ${call.method} ${call.path} (${call.target})`));
  hasDatabase = endpoints.rdsData !== NOWHERE;
  return {
    references: deployment.references,
    bootstrapServers: () => endpoints.kafka,
    environment: localEnvironment(endpoints, refuser.endpoint),
    runs: (environment) => hasStores(environment, endpoints),
  };
}

/** As a deployment does: the SQL before the first record. */
export async function prepare(invoke: Invoke): Promise<void> {
  if (hasDatabase) await invoke('migrate', {});
}

export function status(mappings: MappingStatus[]): void {
  tell({ type: 'status', mappings });
}

export function stopped(): void {
  refuser?.close();
}

/** Says that the template is there, and waits to be told where the servers are. */
function servers(): Promise<Extract<ToRunner, { type: 'deploy' }>> {
  return new Promise((resolve, reject) => {
    if (process.send === undefined) {
      reject(new Error('no stack: this runs under `npm start`, which starts the servers first'));
      return;
    }
    process.on('message', function listen(message: ToRunner) {
      if (message.type !== 'deploy') return;
      process.off('message', listen);
      resolve(message);
    });
    tell({ type: 'packaged' });
  });
}
