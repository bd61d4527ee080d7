import type { JsonSchema, MskEventDefinition, Serverless } from '../serverless.ts';
import type { DeclaredEvent } from './declared-event.ts';
import { notForMsk, properties, setProperties } from './properties.ts';
import { violations } from './rules.ts';

/** Adds the plugin's properties to the framework's schema, so that the framework validates them. */
export function defineSchema({ configSchemaHandler }: Serverless): void {
  const own = properties.filter(({ path, schema }) => path.length === 1 && schema);
  configSchemaHandler.defineFunctionEventProperties('aws', 'msk', {
    type: 'object',
    properties: Object.fromEntries([
      ...own.map(({ path, schema }) => [path[0], schema ?? {}] as const),
      // The schema accepts them, so that the rules can name the event source that they belong to.
      ...[...notForMsk.keys()].map((name) => [name, {}] as const),
    ]),
  });
  // The framework's own definition takes only text. A secret of the same template is a reference.
  const msk = mskSchema(configSchemaHandler.schema);
  if (msk.properties) msk.properties['saslScram512'] = { $ref: '#/definitions/awsArn' };
  configSchemaHandler.defineCustomProperties({
    type: 'object',
    properties: {
      msk: {
        type: 'object',
        properties: {
          offline: { type: 'string' },
          iam: { type: 'boolean' },
          filterQuota: { type: 'integer', minimum: 5, maximum: 10 },
          metricsPort: { type: 'integer', minimum: 0, maximum: 65535 },
        },
        additionalProperties: false,
      },
    },
  });
  // The framework has no method for nested properties. Its own definition accepts any unknown one, and drops it.
  const pollers = configSchemaHandler.schema.definitions['mskProvisionedPollerConfig'];
  if (!pollers) return;
  pollers['additionalProperties'] = false;
  for (const { path, schema } of properties) {
    const [parent, name] = path;
    if (parent === 'provisionedPollerConfig' && name && schema)
      pollers.properties = { ...pollers.properties, [name]: schema };
  }
}

/** The framework's schema of an `msk` event. */
function mskSchema({ properties: { functions } }: Serverless['configSchemaHandler']['schema']): JsonSchema {
  const [definition] = Object.values(functions.patternProperties);
  return definition?.properties.events.items.anyOf.find(({ required }) => required[0] === 'msk')?.properties.msk ?? {};
}

/**
 * Adds the plugin's properties to the mappings that the framework has compiled.
 *
 * @throws the framework's error, with a line for each violation that rules.ts finds
 */
export function compileMappings(serverless: Serverless): void {
  const { Resources } = serverless.service.provider.compiledCloudFormationTemplate;
  const events = mskEvents(serverless);
  const wrong = violations(events, Date.now(), serverless.service.custom?.msk?.filterQuota);
  if (wrong.length > 0) throw new serverless.classes.Error(wrong.join('\n'), 'MSK_EVENT_INVALID');
  for (const { functionKey, definition, logicalId } of events) {
    const mapping = Resources[logicalId];
    if (!mapping)
      throw new Error(`the framework compiled no ${logicalId} for the msk event of function ${functionKey}`);
    for (const { property, value } of setProperties(definition)) {
      mapping.Properties = merge(mapping.Properties, property.compile(value));
    }
  }
}

function mskEvents(serverless: Serverless): DeclaredEvent[] {
  const { service } = serverless;
  const { naming } = serverless.getProvider('aws');
  const { Resources } = service.provider.compiledCloudFormationTemplate;
  return service.getAllFunctions().flatMap((functionKey) => {
    const timeout = Resources[naming.getLambdaLogicalId(functionKey)]?.Properties?.['Timeout'];
    const definitions = (service.getFunction(functionKey).events ?? []).flatMap(({ msk }) => msk ?? []);
    return definitions.map((definition) => {
      const logicalId = naming.getMSKEventLogicalId(functionKey, clusterName(definition.arn), definition.topic);
      return { functionKey, definition, logicalId, timeout };
    });
  });
}

/** The cluster's part of the mapping's logical id, by the framework's rule. */
function clusterName(arn: MskEventDefinition['arn']): string {
  if (typeof arn === 'string') return arn.split('/')[1] ?? '';
  return arn['Fn::ImportValue'] ?? arn.Ref ?? '';
}

function merge(into: Record<string, unknown> = {}, from: Record<string, unknown>): Record<string, unknown> {
  const merged = Object.entries(from).map(([key, value]) => {
    const present = into[key];
    return [key, isObject(present) && isObject(value) ? merge(present, value) : value] as const;
  });
  return { ...into, ...Object.fromEntries(merged) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
