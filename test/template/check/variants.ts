import { sideBySide } from '#lib/stores/side-by-side.ts';
import type { CompiledTemplate } from '#msk';
import { type Params, plainTemplate, type Stage, stages } from '../compiled.ts';

/** A stage with params of its own, as `--param name=value` gives them. */
export interface Variant {
  stage: Stage;
  params: Params;
}

/** Beside the stages: what takes the branches of the template that no stage has by itself (choices.test.ts). */
export const variants: Record<string, Variant> = {
  'dev with three zones, passwords, SSH, logins in Avro of Confluent, notifications, and no search': {
    stage: 'dev',
    params: {
      zones: 'three',
      brokers: '3',
      replicationFactor: '3',
      minInsyncReplicas: '2',
      scram: 'on',
      ssh: 'on',
      sshCidr: '192.0.2.0/24',
      search: 'none',
      notifications: 'on',
      loginsOutputFormat: 'avro-confluent',
      loginsOutputSchemaId: '7',
      schemaRegistryUrl: 'https://registry.example.com/apis/ccompat/v7',
    },
  },
  'dev without instances, so that nobody but functions searches': { stage: 'dev', params: { admin: 'off' } },
  'dev without a route out, without instances, with a serverless search': {
    stage: 'dev',
    params: { egress: 'endpoints', admin: 'off', search: 'serverless' },
  },
  'prod without a route out, with tiered storage, alarms by email, a boundary, a serverless search, notifications, and logins in Avro of Glue':
    {
      stage: 'prod',
      params: {
        egress: 'endpoints',
        storageMode: 'TIERED',
        alarmEmail: 'operations@example.com',
        search: 'serverless',
        notifications: 'on',
        permissionsBoundary: 'arn:aws:iam::000000000000:policy/boundary',
        loginsOutputFormat: 'avro-glue',
      },
    },
};

/** Each stage as it is. */
export const stageTemplates: Record<string, Variant> = Object.fromEntries(
  stages.map((stage) => [stage, { stage, params: {} }]),
);

/** Every template that is looked at, by name. */
export const templates: Record<string, Variant> = { ...stageTemplates, ...variants };

/** The templates of these names, all by default, as {@link plainTemplate} gives them. */
export async function plainTemplates(names = Object.keys(templates)): Promise<Map<string, CompiledTemplate>> {
  const entries = await sideBySide(names, 2, async (name) => {
    const { stage, params } = templates[name] as Variant;
    return [name, await plainTemplate(stage, params)] as const;
  });
  return new Map(entries);
}
