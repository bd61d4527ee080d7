import type { MskEventDefinition } from '../serverless.ts';
import { valueFilter } from '../template/filters.ts';
import { maximumPollersByDefault } from '../template/mapping.ts';
import { kafkaScheme, notForMsk, setProperties } from './properties.ts';

/** An `msk` event of the service, and what it is compiled to. */
export interface MskEvent {
  functionKey: string;
  definition: MskEventDefinition;
  /** Of its AWS::Lambda::EventSourceMapping. */
  logicalId: string;
  /** The function's, in seconds. */
  timeout?: unknown;
}

/**
 * What Lambda or CloudFormation would refuse, or drop without a word, and a single property's schema can't say. Each
 * line names function and event, what is wrong, and how to mend it.
 *
 * Rules: the Lambda guide's pages on Amazon MSK mappings, and CreateEventSourceMapping.
 *
 * @param now milliseconds since the epoch
 * @param filterQuota patterns that the account's mappings may have: 5, or up to 10 on request (AWS: "Event filtering")
 */
export function violations(events: readonly MskEvent[], now: number, filterQuota: number = limits.filters): string[] {
  const ofEvents = events.flatMap((event) =>
    eventRules.flatMap((rule) => rule(event, now, filterQuota)).map((line) => `${nameOf(event)}: ${line}`),
  );
  return [...ofEvents, ...serviceRules.flatMap((rule) => rule(events))];
}

interface Registry {
  schemaRegistryUri?: string | Record<string, unknown>;
  accessConfigs?: unknown;
}

type EventRule = (event: MskEvent, now: number, filterQuota: number) => string[];
type ServiceRule = (events: readonly MskEvent[]) => string[];

/** Lambda's bounds; the defaults are those of a ProvisionedPollerConfig that doesn't say. */
const limits = {
  timeoutSeconds: 840,
  patternCharacters: 4096,
  filters: 5,
  defaultMinimumPollers: 1,
  defaultMaximumPollers: maximumPollersByDefault,
  pollersOfGroup: 2000,
  mappingsOfGroup: 100,
};

const eventRules: readonly EventRule[] = [
  function onlyPropertiesOfMsk({ definition }) {
    const others = [...notForMsk].filter(([name]) => definition[name] !== undefined && definition[name] !== null);
    return others.map(([name, source]) => `${name} is not for Amazon MSK, but for ${source}. Remove it.`);
  },
  function provisionedMode({ definition }) {
    if (definition.provisionedPollerConfig) return [];
    const names = setProperties(definition)
      .filter(({ property, value }) => property.provisioned(value))
      .map(({ property, value }) => nameOfProperty(property.path, value));
    return names.map(
      (name) =>
        `${name} works in provisioned mode only. Add provisionedPollerConfig to the event, or remove ${name.split(' ')[0]}.`,
    );
  },
  function startingTimestamp({ definition }, now) {
    const { startingPosition, startingPositionTimestamp: timestamp } = definition;
    if (typeof timestamp !== 'number') return [];
    if (startingPosition !== 'AT_TIMESTAMP')
      return ['startingPositionTimestamp goes with startingPosition: AT_TIMESTAMP. Set that, or remove the timestamp.'];
    if (timestamp * 1000 > now)
      return [`startingPositionTimestamp ${timestamp} is in the future. It is in seconds since 1970.`];
    return [];
  },
  function destinationIsNotTheSource({ definition }) {
    const { onFailure } = (definition['destinations'] ?? {}) as { onFailure?: unknown };
    return onFailure === kafkaScheme + definition.topic
      ? [`destinations.onFailure ${String(onFailure)} is the topic that the event reads. Name another one.`]
      : [];
  },
  function oneAuthentication({ definition }) {
    return definition['saslScram512'] && definition['clientCertificateTlsAuth']
      ? ['saslScram512 and clientCertificateTlsAuth exclude each other: Lambda uses one. Remove the other.']
      : [];
  },
  function glueTakesNoAccessConfigs({ definition }) {
    const { schemaRegistryUri: uri, accessConfigs } = (definition['schemaRegistryConfig'] ?? {}) as Registry;
    const isGlue = typeof uri === 'string' ? uri.startsWith('arn:') : uri?.['Fn::GetAtt'] !== undefined;
    return accessConfigs && isGlue
      ? ['schemaRegistryConfig.accessConfigs is for a Confluent registry; Glue is read with the role. Remove it.']
      : [];
  },
  function pollersInOrder({ definition }) {
    const [minimum, maximum] = pollersOf(definition);
    return minimum > maximum
      ? [`minimumPollers ${minimum} is more than maximumPollers ${maximum}. Raise maximumPollers.`]
      : [];
  },
  function filterCount({ definition }, _, filterQuota) {
    const { length } = (definition['filterPatterns'] ?? []) as unknown[];
    return length > filterQuota
      ? [
          `filterPatterns has ${length} patterns; Lambda takes ${filterQuota}. Join some, or have the account's quota ` +
            'raised, and name it as custom.msk.filterQuota.',
        ]
      : [];
  },
  function patternLength({ definition }) {
    const patterns = (definition['filterPatterns'] ?? []) as unknown[];
    const lengths = patterns.map((pattern) => JSON.stringify(pattern).length);
    return lengths.flatMap((length, index) =>
      length > limits.patternCharacters
        ? [`filterPatterns[${index}] has ${length} characters; Lambda takes ${limits.patternCharacters}. Shorten it.`]
        : [],
    );
  },
  function patterns({ definition }) {
    const patterns = (definition['filterPatterns'] ?? []) as Record<string, unknown>[];
    return patterns.flatMap((pattern, index) => {
      const wrong = isIntrinsic(pattern) ? undefined : faultOf(JSON.stringify(pattern));
      return wrong === undefined ? [] : [`filterPatterns[${index}]: ${wrong}. Lambda would refuse it.`];
    });
  },
  function timeout({ timeout: seconds }) {
    return typeof seconds === 'number' && seconds > limits.timeoutSeconds
      ? [`the function's timeout is ${seconds} s; behind Amazon MSK it may be ${limits.timeoutSeconds} s. Lower it.`]
      : [];
  },
];

const serviceRules: readonly ServiceRule[] = [
  function oneMappingEach(events) {
    return [...Map.groupBy(events, ({ logicalId }) => logicalId)]
      .filter(([, same]) => same.length > 1)
      .map(
        ([logicalId, same]) =>
          `${namesOf(same)}: both compile to ${logicalId}, and the framework keeps the last one only. ` +
          'Let their topics differ in more than signs, or give one its own function.',
      );
  },
  function oneGroupPerMapping(events) {
    const named = events.filter(({ definition }) => definition['consumerGroupId']);
    return [...Map.groupBy(named, ({ definition: { arn, consumerGroupId } }) => JSON.stringify([arn, consumerGroupId]))]
      .filter(([, same]) => same.length > 1)
      .map(
        ([, same]) =>
          `${namesOf(same)}: consumerGroupId "${String(same[0]?.definition['consumerGroupId'])}" must be unique in its ` +
          'cluster. Give each event its own.',
      );
  },
  function pollerGroups(events) {
    const members = events.filter(({ definition }) => definition.provisionedPollerConfig?.['pollerGroupName']);
    const groups = Map.groupBy(members, ({ definition }) =>
      String(definition.provisionedPollerConfig?.['pollerGroupName']),
    );
    return [...groups].flatMap(([name, same]) => {
      const pollers = same.reduce((sum, { definition }) => sum + pollersOf(definition)[1], 0);
      const lines: string[] = [];
      if (pollers > limits.pollersOfGroup)
        lines.push(`their maximumPollers sum up to ${pollers}; a group may have ${limits.pollersOfGroup}. Lower them.`);
      if (same.length > limits.mappingsOfGroup)
        lines.push(`it has ${same.length} events; a group may have ${limits.mappingsOfGroup}. Make a second group.`);
      return lines.map((line) => `${namesOf(same)}: pollerGroupName "${name}": ${line}`);
    });
  },
];

function nameOf({ functionKey, definition }: MskEvent): string {
  return `Function "${functionKey}", msk event on topic "${definition.topic}"`;
}

/** The first few: a group of pollers may have a hundred. */
function namesOf(events: readonly MskEvent[]): string {
  const more = events.length > 3 ? `; and ${events.length - 3} more` : '';
  return events.slice(0, 3).map(nameOf).join('; ') + more;
}

/** What is wrong in a filter's pattern; its length is a rule of its own. */
function faultOf(Pattern: string): string | undefined {
  if (Pattern.length > limits.patternCharacters) return undefined;
  try {
    valueFilter({ Filters: [{ Pattern }] });
    return undefined;
  } catch (error) {
    return ((error as Error).cause as Error).message;
  }
}

/** Known when the template is deployed. */
function isIntrinsic(value: Record<string, unknown>): boolean {
  return Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::'));
}

function nameOfProperty(path: readonly string[], value: unknown): string {
  return path[0] === 'destinations'
    ? `destinations.onFailure ${String((value as { onFailure: unknown }).onFailure)}`
    : path.join('.');
}

function pollersOf({ provisionedPollerConfig }: MskEventDefinition): [minimum: number, maximum: number] {
  const { minimumPollers, maximumPollers } = provisionedPollerConfig ?? {};
  return [
    Number(minimumPollers ?? limits.defaultMinimumPollers),
    Number(maximumPollers ?? limits.defaultMaximumPollers),
  ];
}
