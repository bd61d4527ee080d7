import { graphOf } from '#dashboard/server/graph/graph.ts';
import { apiRoutesOf } from '#local/api/routes.ts';
import { type RunningApi, serveApi } from '#local/api/serve-api.ts';
import { type Deployment, deploy as deployTemplate } from '#local/deploy/deploy.ts';
import { localEnvironment } from '#local/deploy/environment.ts';
import { glueAnswers } from '#local/deploy/glue-answers.ts';
import { secretAnswers, secretPath } from '#local/deploy/kafka-users/secret-answers.ts';
import { lambdaAnswers } from '#local/deploy/lambda-answers.ts';
import { mskAnswers } from '#local/deploy/msk-answers.ts';
import { hasStores } from '#local/deploy/needs.ts';
import { type RefusedCall, type Refuser, refuseAws } from '#local/deploy/refuse-aws.ts';
import { registerSchema } from '#local/deploy/register-schema.ts';
import { type RunningSchedules, runSchedules } from '#local/deploy/run-schedules.ts';
import { type Schedule, schedulesOf } from '#local/deploy/schedules.ts';
import { NOWHERE } from '#local/deploy/servers.ts';
import type { Endpoints } from '#local/servers/catalogue.ts';
import {
  type CompiledTemplate,
  type Deployed,
  type Invoke,
  type MappingStatus,
  type MappingSwitch,
  readAddress,
} from '#msk';
import { meteredEnvironment } from '../usage/metered.ts';
import type { FromRunner, ToRunner } from './messages.ts';

export { attach } from '../invoke/attach.ts';

/**
 * The hooks that plugins/msk calls when the service runs on this machine (custom.msk.offline in serverless.yml). This
 * module runs in the runner process. The process that started the runner has the servers, and sends their endpoints.
 */
let refuser: Refuser | undefined;
let switches: readonly MappingSwitch[] = [];
let hasDatabase = false;
let hasSearch = false;
let schedules: Schedule[] = [];
let running: RunningSchedules | undefined;
let api: (invoke: Invoke) => Promise<RunningApi>;
let runningApi: RunningApi | undefined;

const tell = (message: FromRunner) => void process.send?.(message);

export async function deploy(template: CompiledTemplate): Promise<Deployed> {
  const { endpoints, stackName } = await servers();
  const { kafkaUsers: users, ...deployment } = await deployTemplate(template, stackName, endpoints);
  const secured = users && { users, path: secretPath() };
  if (endpoints.schemaRegistry !== NOWHERE) {
    for (const schema of deployment.schemas) await registerSchema(endpoints.schemaRegistry, schema);
  }
  tell({ type: 'deployed', ...deployment, graph: graphOf(template) });
  const refused = ({ method, path, target }: RefusedCall) => console.error(`refused: ${method} ${path} (${target})`);
  const answers = {
    ...mskAnswers(deployment.references, endpoints.kafka),
    ...glueAnswers(deployment.schemas),
    ...lambdaAnswers(() => switches),
    ...(secured && secretAnswers(secured.users, secured.path)),
  };
  refuser = await refuseAws(refused, answers, Number(new URL(endpoints.aws).port));
  hasDatabase = endpoints.rdsData !== NOWHERE;
  hasSearch = endpoints.opensearch !== NOWHERE && template.Resources['PrepareSearchLambdaFunction'] !== undefined;
  schedules = runnableSchedules(template, deployment, endpoints);
  api = (invoke) => startApi(template, deployment, endpoints, invoke);
  return {
    references: deployment.references,
    bootstrapServers: () => readAddress(endpoints.kafka).bootstrapServers,
    ...(users && { login: (functionLogicalId) => users.logins[functionLogicalId] }),
    environment: {
      ...localEnvironment(endpoints, refuser.endpoint, secured),
      ...meteredEnvironment(process.env['USAGE_FILE']),
    },
    runs: (environment) => hasStores(environment, endpoints),
  };
}

/** As in a deployment: runs the SQL, fills the catalogue, puts the index template; then starts schedules and API. */
export async function prepare(invoke: Invoke): Promise<void> {
  await Promise.all([
    hasDatabase && invoke('migrate', {}),
    invoke('seedCatalogue', {}),
    hasSearch && invoke('prepareSearch', {}),
  ]);
  process.on('message', (message: ToRunner) => void invokeAsAsked(message, invoke));
  running = runSchedules(schedules, invoke, (line) => console.error(line));
  runningApi = await api(invoke);
}

export function mappings(those: readonly MappingSwitch[]): void {
  switches = those;
}

/** A failure is in the functions' log, as that of any invocation. */
async function invokeAsAsked(message: ToRunner, invoke: Invoke): Promise<void> {
  if (message.type !== 'invoke') return;
  const { id, functionName, event } = message;
  await invoke(functionName, event).catch((error: Error) => console.error(`${functionName}: ${error.message}`));
  tell({ type: 'invoked', id });
}

export function status(mappings: MappingStatus[]): void {
  tell({ type: 'status', mappings });
}

export async function stopping(): Promise<void> {
  await Promise.all([running?.stop(), runningApi?.stop()]);
}

export function stopped(): void {
  refuser?.close();
}

function runnableSchedules(template: CompiledTemplate, deployment: Deployment, endpoints: Endpoints): Schedule[] {
  const { schedules: all, notRun } = schedulesOf(template, { template, references: deployment.references });
  for (const line of notRun) console.error(line);
  return all.filter(({ functionLogicalId }) => hasStores(deployment.environments[functionLogicalId] ?? {}, endpoints));
}

function startApi(
  template: CompiledTemplate,
  { environments }: Deployment,
  endpoints: Endpoints,
  invoke: Invoke,
): Promise<RunningApi> {
  return serveApi(apiRoutesOf(template), {
    port: Number(new URL(endpoints.api).port),
    invoke,
    log: (line) => console.error(line),
    runs: (functionLogicalId) => hasStores(environments[functionLogicalId] ?? {}, endpoints),
  });
}

/** Reports that the service is packaged, and waits for the servers' endpoints. */
function servers(): Promise<Extract<ToRunner, { type: 'deploy' }>> {
  return new Promise((resolve, reject) => {
    if (process.send === undefined) {
      reject(new Error('no stack: run `npm start`, which starts the servers first'));
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
