import { type Property, properties, setProperties } from './properties.ts';
import type { MskEventDefinition, Serverless } from './serverless.ts';

/** Lets the framework's schema know the plugin's properties, so that its own errors name what is wrong in them. */
export function defineSchema({ configSchemaHandler }: Serverless): void {
  const own = properties.filter(({ path, schema }) => path.length === 1 && schema);
  configSchemaHandler.defineFunctionEventProperties('aws', 'msk', {
    type: 'object',
    properties: Object.fromEntries(own.map(({ path, schema }) => [path[0], schema ?? {}])),
  });
  // The framework has no method for a nested property, and its own definition lets any unknown one through, to drop it.
  const pollers = configSchemaHandler.schema.definitions['mskProvisionedPollerConfig'];
  if (!pollers) return;
  pollers['additionalProperties'] = false;
  for (const { path, schema } of properties) {
    const [parent, name] = path;
    if (parent === 'provisionedPollerConfig' && name && schema)
      pollers.properties = { ...pollers.properties, [name]: schema };
  }
  configSchemaHandler.defineCustomProperties({
    type: 'object',
    properties: {
      msk: { type: 'object', properties: { offline: { type: 'string' } }, additionalProperties: false },
    },
  });
}

/**
 * Writes the plugin's properties into the mappings that the framework has compiled.
 *
 * @throws the framework's error, naming function and event, where a property needs provisioned mode and hasn't got it
 */
export function compileMappings(serverless: Serverless): void {
  const { service } = serverless;
  const { naming } = serverless.getProvider('aws');
  const { Resources } = service.provider.compiledCloudFormationTemplate;
  for (const key of service.getAllFunctions()) {
    for (const { msk } of service.getFunction(key).events ?? []) {
      if (!msk) continue;
      const logicalId = naming.getMSKEventLogicalId(key, clusterName(msk.arn), msk.topic);
      const mapping = Resources[logicalId];
      if (!mapping) throw new Error(`the framework compiled no ${logicalId} for the msk event of function ${key}`);
      for (const { property, value } of setProperties(msk)) {
        if (property.provisioned && !msk.provisionedPollerConfig)
          throw needsProvisionedMode(serverless, key, msk, property);
        mapping.Properties = merge(mapping.Properties, property.compile(value));
      }
    }
  }
}

function needsProvisionedMode(
  { classes }: Serverless,
  key: string,
  { topic }: MskEventDefinition,
  { path }: Property,
): Error {
  const name = path.join('.');
  return new classes.Error(
    `Function "${key}", msk event on topic "${topic}": ${name} works in provisioned mode only. ` +
      `Add provisionedPollerConfig to the event, or remove ${name}.`,
    'MSK_PROPERTY_NEEDS_PROVISIONED_MODE',
  );
}

/** The part of the mapping's logical id that stands for the cluster, by the framework's own rule. */
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
