import { valueFilter } from '../template/filters.ts';
import { type DeclaredEvent, pollersOf } from './declared-event.ts';
import { kafkaScheme, notForMsk, setProperties } from './properties.ts';

/** A rule for one event. It returns a line for each violation. */
type EventRule = (event: DeclaredEvent, now: number, filterQuota: number) => string[];

interface Registry {
  schemaRegistryUri?: string | Record<string, unknown>;
  accessConfigs?: unknown;
}

/** Lambda's limits. */
const limits = { timeoutSeconds: 840, patternCharacters: 4096 };

export const eventRules: readonly EventRule[] = [
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
        `${name} works in provisioned mode only. Add provisionedPollerConfig to the event, ` +
        `or remove ${name.split(' ')[0]}.`,
    );
  },
  function startingTimestamp({ definition }, now) {
    const { startingPosition, startingPositionTimestamp: timestamp } = definition;
    if (typeof timestamp !== 'number') return [];
    if (startingPosition !== 'AT_TIMESTAMP')
      return ['startingPositionTimestamp needs startingPosition: AT_TIMESTAMP. Set it, or remove the timestamp.'];
    if (timestamp * 1000 > now)
      return [`startingPositionTimestamp ${timestamp} is in the future. Its unit is seconds since 1970.`];
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
      ? ['saslScram512 and clientCertificateTlsAuth exclude each other. Remove one of them.']
      : [];
  },
  function glueTakesNoAccessConfigs({ definition }) {
    const { schemaRegistryUri: uri, accessConfigs } = (definition['schemaRegistryConfig'] ?? {}) as Registry;
    const isGlue = typeof uri === 'string' ? uri.startsWith('arn:') : uri?.['Fn::GetAtt'] !== undefined;
    return accessConfigs && isGlue
      ? ['schemaRegistryConfig.accessConfigs is for a Confluent registry. Lambda reads Glue with the role. Remove it.']
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
          `filterPatterns has ${length} patterns; Lambda takes ${filterQuota}. Join some of them. Or have the ` +
            "account's quota raised, and set it in custom.msk.filterQuota.",
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
      return wrong === undefined ? [] : [`filterPatterns[${index}]: ${wrong}. Lambda would reject it.`];
    });
  },
  function timeout({ timeout: seconds }) {
    return typeof seconds === 'number' && seconds > limits.timeoutSeconds
      ? [`the function's timeout is ${seconds} s; for Amazon MSK it may be ${limits.timeoutSeconds} s. Lower it.`]
      : [];
  },
];

/** What is wrong in a filter pattern. Another rule checks its length. */
function faultOf(Pattern: string): string | undefined {
  if (Pattern.length > limits.patternCharacters) return undefined;
  try {
    valueFilter({ Filters: [{ Pattern }] });
    return undefined;
  } catch (error) {
    return ((error as Error).cause as Error).message;
  }
}

/** Whether the pattern is an intrinsic function. Its value is known only when the template is deployed. */
function isIntrinsic(value: Record<string, unknown>): boolean {
  return Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::'));
}

function nameOfProperty(path: readonly string[], value: unknown): string {
  return path[0] === 'destinations'
    ? `destinations.onFailure ${String((value as { onFailure: unknown }).onFailure)}`
    : path.join('.');
}
