import type { CompiledTemplate } from './contract.ts';

/** The part of the Serverless Framework's object that the plugin uses. */
export interface Serverless {
  serviceDir: string;
  classes: { Error: new (message: string, code: string) => Error };
  configSchemaHandler: {
    schema: {
      definitions: Record<string, JsonSchema>;
      properties: { functions: { patternProperties: Record<string, { properties: { events: EventsSchema } }> } };
    };
    defineCustomProperties(schema: JsonSchema): void;
    defineFunctionEventProperties(provider: string, event: string, schema: JsonSchema): void;
  };
  processedInput: { commands: string[]; isHelpRequest: boolean };
  pluginManager: { spawn(command: string): Promise<void> };
  service: {
    service: string;
    custom?: { msk?: { offline?: string; iam?: boolean; filterQuota?: number; metricsPort?: number } };
    package?: { artifact?: string };
    provider: {
      name: string;
      environment?: Record<string, unknown>;
      compiledCloudFormationTemplate: CompiledTemplate;
    };
    resources?: Partial<CompiledTemplate>;
    getAllFunctions(): string[];
    getFunction(key: string): FunctionDefinition;
  };
  getProvider(name: 'aws'): {
    getRegion(): string;
    naming: {
      getLambdaLogicalId(functionKey: string): string;
      getMSKEventLogicalId(functionKey: string, cluster: string, topic: string): string;
    };
  };
}

interface EventsSchema {
  items: { anyOf: { required: string[]; properties: Record<string, JsonSchema> & { msk?: JsonSchema } }[] };
}

export interface FunctionDefinition {
  environment?: Record<string, unknown>;
  events?: { msk?: MskEventDefinition }[];
  package?: { artifact?: string };
}

/** An `msk` event with the properties of the framework and of the plugin. */
export interface MskEventDefinition extends Record<string, unknown> {
  arn: string | { Ref?: string; 'Fn::ImportValue'?: string };
  topic: string;
  provisionedPollerConfig?: Record<string, unknown> | null;
}

/** The third argument of a plugin's constructor. */
export interface PluginTools {
  log: Record<'notice' | 'warning' | 'error', (line: string) => void>;
}

export type JsonSchema = { [keyword: string]: unknown; properties?: Record<string, JsonSchema> };
