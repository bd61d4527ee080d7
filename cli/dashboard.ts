import { withDomains } from '#dashboard/server/graph/domains.ts';
import { graphOf, graphOfMappings } from '#dashboard/server/graph/graph.ts';
import { serveDashboard } from '#dashboard/server/http/server.ts';
import { type ApiPipeline, type AskApi, read } from '#dashboard/server/stage/api.ts';
import { operatorFetch } from '#dashboard/server/stage/signed-fetch.ts';
import { DeployedStack } from '#dashboard/server/stage/stack.ts';
import { stageSource } from '#dashboard/server/stage/stage-source.ts';
import { choosePorts } from '#local/servers/ports/ports.ts';
import { type Command, EXIT, numberOption, runCommand, UsageError } from './command.ts';
import { STAGE, stageOptions } from './dlq/options.ts';
import { stageService } from './dlq/stage.ts';
import { DASHBOARD_PORT } from './run/dashboard.ts';

/** `service` in serverless.yml: the framework names a stack `<service>-<stage>`. */
const SERVICE = 'msk-pipeline';

const USAGE = `
Usage: npm run dashboard -- --stage STAGE [options]

Serves the dashboard of a deployed stage on this machine, until Ctrl-C. It asks the stage's API, with your own AWS
credentials, and changes nothing unless you say --redrive. Your credentials need execute-api:Invoke on the API; without
--api also cloudformation:DescribeStacks and cloudformation:GetTemplate. (A local run serves its own dashboard: npm
start.)

  --stage STAGE          the deployed stage
  --region REGION        its AWS region
  --aws-profile NAME     profile with the AWS credentials
  --param NAME=VALUE     a parameter of the stage, for --redrive
  --api URL              the address of its API (the stack's output HttpApiUrl)
  --redrive              dead letters can be redriven from the page, by the stage's function redrive; your credentials
                         then need lambda:InvokeFunction on it
  --port N               port on 127.0.0.1 (${DASHBOARD_PORT}, or a free one)
`;

const OPTIONS = {
  ...STAGE,
  api: { type: 'string' },
  redrive: { type: 'boolean', default: false },
  port: { type: 'string' },
} as const;

const dashboard: Command<typeof OPTIONS> = {
  name: 'dashboard',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals, signal }) {
    const { stage, region, api, 'aws-profile': profile } = values;
    if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not an option`);
    if (stage === undefined) throw new UsageError('name a deployed stage, as in: npm run dashboard -- --stage dev');
    if (api !== undefined && !/^https?:\/\/[^/]/.test(api)) throw new UsageError(`--api takes a URL, not "${api}"`);
    const asked =
      values.port === undefined ? undefined : numberOption('port', values.port, { min: 1, max: 65535, integer: true });

    const operator = await operatorFetch({ region, profile });
    const stack = new DeployedStack(operator.fetch, operator.region, `${SERVICE}-${stage}`);
    const base = (api ?? (await stack.apiUrl())).replace(/\/$/, '');
    const ask: AskApi = async (path) => {
      const response = await operator.fetch('execute-api', new URL(base + path));
      const type = response.headers.get('content-type') ?? 'application/json';
      return { status: response.status, type, body: await response.text() };
    };
    // Also to see at once whether the API lets the operator in.
    const pipeline = await read<ApiPipeline>(ask, '/pipeline');
    const graph = api === undefined ? graphOf(await stack.template()) : graphOfMappings(pipeline.mappings);
    const askRedrive = values.redrive ? stageService(stageOptions(values)) : undefined;
    const source = stageSource({ stage, graph: withDomains(graph), ask, askRedrive });
    const [port = 0] = await choosePorts([{ name: 'dashboard', usual: DASHBOARD_PORT, asked, option: '--port' }]);
    const server = await serveDashboard(source, port);
    console.log(`dashboard of ${stage}: ${server.url}`);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    await Promise.all([server.close(), source.stop()]);
    return EXIT.ok;
  },
};

if (import.meta.main) process.exit(await runCommand(dashboard));
