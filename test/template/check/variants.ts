import { sideBySide } from '#lib/side-by-side.ts';
import type { CompiledTemplate } from '#msk';
import { type Params, plainTemplate, type Stage, stages } from '../compiled.ts';

/** A stage with values of `--param name=value`. */
export interface Variant {
  stage: Stage;
  params: Params;
}

/** Variants of the stages that cover the remaining choices (choices.test.ts). */
export const variants: Record<string, Variant> = {
  'dev with three zones, passwords, SSH, Avro logins with a Confluent schema, notifications, without search': {
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
  'dev without instances': { stage: 'dev', params: { admin: 'off' } },
  'dev with endpoints, without instances, with a serverless search': {
    stage: 'dev',
    params: { egress: 'endpoints', admin: 'off', search: 'serverless' },
  },
  'prod with endpoints, tiered storage, email, a boundary, a serverless search, notifications, Avro logins with Glue, passwords for functions':
    {
      stage: 'prod',
      params: {
        egress: 'endpoints',
        kafkaAuth: 'scram',
        storageMode: 'TIERED',
        alarmEmail: 'operations@example.com',
        search: 'serverless',
        notifications: 'on',
        permissionsBoundary: 'arn:aws:iam::000000000000:policy/boundary',
        loginsOutputFormat: 'avro-glue',
      },
    },
};

/** Each stage with its own params. */
export const stageTemplates: Record<string, Variant> = Object.fromEntries(
  stages.map((stage) => [stage, { stage, params: {} }]),
);

/** All templates that are tested, by name. */
export const templates: Record<string, Variant> = { ...stageTemplates, ...variants };

/** Templates from {@link plainTemplate}, by name. */
export async function plainTemplates(names = Object.keys(templates)): Promise<Map<string, CompiledTemplate>> {
  const entries = await sideBySide(names, 2, async (name) => {
    const { stage, params } = templates[name] as Variant;
    return [name, await plainTemplate(stage, params)] as const;
  });
  return new Map(entries);
}
