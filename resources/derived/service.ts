import { type Choices, readChoices, type Serverless } from '../choices/choices.ts';
import { has, networkParts, type Part, resourceParts } from '../choices/parts.ts';

/** What alarms, dashboard and set-up need to know of the service. Logical ids are those of the compiled template. */
export interface Service {
  /** name of the cluster, the database and the dashboard; namespace of the functions' own metrics */
  name: string;
  /** Glue database with the archive's tables */
  archiveDatabase: string;
  /** address that gets the alarms, or '' */
  alarmEmail: string;
  brokers: number;
  functions: PipelineFunction[];
  /** names, not logical ids */
  topics: string[];
  /** the logical id of each topic's resource, by the topic's name */
  topicIds: Readonly<Record<string, string>>;
  /** logical ids */
  tables: string[];
  /** logical ids */
  natGateways: string[];
  /** logical ids of the routes and endpoints by which a private subnet reaches AWS */
  waysOut: string[];
  search: Choices['search'];
  admin: Choices['admin'];
  /** MetricsConfig of the mappings; each metric is billed */
  mappingMetrics: string[];
}

export interface PipelineFunction {
  key: string;
  /** start of the logical ids that the framework makes from the key */
  stem: string;
  logicalId: string;
  mappings: Mapping[];
  /** interval of its schedule in seconds */
  scheduled: number | undefined;
  /** whether it has reserved concurrency */
  reserved: boolean;
  /** its environment variables in functions.yml */
  environment: Record<string, unknown>;
}

export interface Mapping {
  logicalId: string;
  topic: string;
  group: string;
  /** whether it is in provisioned mode */
  provisioned: boolean;
}

interface FunctionConfiguration {
  reservedConcurrency?: number | null;
  environment?: Record<string, unknown>;
  events?: { msk?: MskEvent; schedule?: unknown }[];
}
interface MskEvent {
  arn: { Ref: string };
  topic: string;
  consumerGroupId: string;
  provisionedPollerConfig?: object | null;
}
type Template = { Resources: Record<string, { Type: string; Properties: Record<string, unknown> }> };

export async function readService(serverless: Serverless): Promise<Service> {
  const variable = (name: string) => serverless.resolveVariable(name);
  const choices = await readChoices(serverless);
  const filesOf = (parts: readonly Part[]) => parts.filter((part) => has(choices, part)).map(({ file }) => file);
  const resourcesOf = async (files: readonly string[], ...types: string[]) => {
    const templates = (await Promise.all(files.map((file) => variable(`file(${file})`)))) as Template[];
    return templates
      .flatMap(({ Resources }) => Object.entries(Resources))
      .filter(([, { Type }]) => types.includes(Type));
  };
  const idsOf = async (files: readonly string[], ...types: string[]) =>
    (await resourcesOf(files, ...types)).map(([id]) => id);
  const network = ['resources/network/vpc.yml', ...filesOf(networkParts)];
  const functions = [await serverless.resolveConfigurationProperty(['functions'])].flat() as Record<
    string,
    FunctionConfiguration
  >[];
  const topics = await resourcesOf(['resources/kafka/topics.yml'], 'AWS::MSK::Topic');
  return {
    name: String(await variable('self:custom.name')),
    archiveDatabase: String(await variable('self:custom.archiveDatabase')),
    alarmEmail: String(await variable('param:alarmEmail')),
    brokers: Number(await variable('param:brokers')),
    functions: functions.flatMap((file) => Object.entries(file).map(([key, value]) => functionOf(key, value))),
    topics: topics.map(([, { Properties }]) => String(Properties['TopicName'])),
    topicIds: Object.fromEntries(topics.map(([id, { Properties }]) => [String(Properties['TopicName']), id])),
    tables: await idsOf(['resources/stores/dynamodb.yml', ...filesOf(resourceParts)], 'AWS::DynamoDB::Table'),
    natGateways: await idsOf(network, 'AWS::EC2::NatGateway'),
    waysOut: await idsOf(
      network,
      'AWS::EC2::Route',
      'AWS::EC2::SubnetRouteTableAssociation',
      'AWS::EC2::VPCEndpoint',
      'AWS::EC2::SecurityGroupIngress',
    ),
    search: choices.search,
    admin: choices.admin,
    mappingMetrics: (await variable('param:mappingMetrics')) as string[],
  };
}

function functionOf(
  key: string,
  { events = [], reservedConcurrency, environment = {} }: FunctionConfiguration,
): PipelineFunction {
  const stem = capitalized(key);
  return {
    key,
    stem,
    logicalId: `${stem}LambdaFunction`,
    reserved: typeof reservedConcurrency === 'number',
    environment,
    scheduled: events
      .map(({ schedule }) => schedule)
      .map(secondsOf)
      .find((seconds) => seconds !== undefined),
    mappings: events
      .flatMap(({ msk }) => msk ?? [])
      .map(({ arn, topic, consumerGroupId, provisionedPollerConfig }) => ({
        topic,
        group: consumerGroupId,
        provisioned: Boolean(provisionedPollerConfig),
        // The framework's name (naming.getMSKEventLogicalId). cfn-lint finds a Ref to a resource that doesn't exist.
        logicalId: `${stem}EventSourceMappingMSK${arn.Ref}${idOf(topic)}`,
      })),
  };
}

const UNITS: Readonly<Record<string, number>> = { minute: 60, hour: 3_600, day: 86_400 };

/** @throws Error for a schedule that is not rate(...) */
function secondsOf(schedule: unknown): number | undefined {
  if (schedule === undefined) return undefined;
  const text = typeof schedule === 'string' ? schedule : JSON.stringify(schedule);
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(text) ?? [];
  if (count === undefined) throw new Error(`resources/derived/service.ts supports only rate(...), not ${text}`);
  return Number(count) * (UNITS[unit] ?? Number.NaN);
}

/** A topic's name as part of a logical id: `raw-data-topic` is `Rawdatatopic`. */
export function idOf(topic: string): string {
  return capitalized(topic.replace(/[^A-Za-z0-9]/g, ''));
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
