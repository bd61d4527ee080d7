import { globSync } from 'node:fs';
import { join } from 'node:path';
import { type Choices, readChoices, type Serverless } from './choices.ts';
import { asKafkaUser } from './kafka-users.ts';

const root = join(import.meta.dirname, '..', '..');

/** A file that only stages with these params have. */
export interface Part {
  file: string;
  when: Partial<Choices>;
}

/** Zones, and how the private subnets reach AWS. */
export const networkParts: readonly Part[] = [
  { file: 'resources/network/third-zone.yml', when: { zones: 'three' } },
  { file: 'resources/network/nat-two-zones.yml', when: { egress: 'nat', zones: 'two' } },
  { file: 'resources/network/nat-three-zones.yml', when: { egress: 'nat', zones: 'three' } },
  { file: 'resources/network/endpoints.yml', when: { egress: 'endpoints' } },
];

export const resourceParts: readonly Part[] = [
  ...networkParts,
  { file: 'resources/network/sns-endpoint.yml', when: { egress: 'endpoints', notifications: 'on' } },
  { file: 'resources/network/secrets-endpoint.yml', when: { egress: 'endpoints', kafkaAuth: 'scram' } },
  { file: 'resources/network/scram.yml', when: { kafkaAuth: 'scram' } },
  { file: 'resources/kafka/scram.yml', when: { scram: 'on' } },
  { file: 'resources/admin/instances.yml', when: { admin: 'on' } },
  { file: 'resources/admin/ssh.yml', when: { ssh: 'on' } },
  { file: 'resources/search/domain.yml', when: { search: 'domain' } },
  { file: 'resources/search/serverless.yml', when: { search: 'serverless' } },
  { file: 'resources/search/people-domain.yml', when: { search: 'domain', admin: 'on' } },
  { file: 'resources/search/people-serverless.yml', when: { search: 'serverless', admin: 'on' } },
  { file: 'resources/notifications/notifications.yml', when: { notifications: 'on' } },
];

/** Every stage also has the functions.yml of each folder of functions/, unless that file is a row here. */
export const functionParts: readonly Part[] = [
  { file: 'functions/ops/deployment.yml', when: {} },
  { file: 'functions/sinks/search.yml', when: { search: 'domain' } },
  { file: 'functions/sinks/search.yml', when: { search: 'serverless' } },
  { file: 'functions/notifications/functions.yml', when: { notifications: 'on' } },
];

/** Whether a stage with these params has the part. */
export function has(choices: Choices, { when }: Part): boolean {
  return Object.entries(when).every(([name, value]) => choices[name as keyof Choices] === value);
}

type Template = { Resources: Record<string, unknown>; Outputs?: Record<string, unknown> };

/** For `resources` of serverless.yml: the stage's parts, merged. */
export async function resources(serverless: Serverless): Promise<Template> {
  const parts = (await filesOf(serverless, resourceParts)) as Template[];
  return {
    Resources: Object.assign({}, ...parts.map(({ Resources }) => Resources)),
    Outputs: Object.assign({}, ...parts.map(({ Outputs }) => Outputs)),
  };
}

/** For `functions` of serverless.yml: the functions.yml of each folder, and the stage's parts, merged. */
export async function functions(serverless: Serverless): Promise<object> {
  const choices = await readChoices(serverless);
  const all: Record<string, object> = Object.assign({}, ...(await functionFiles(serverless)));
  return Object.fromEntries(
    Object.entries(all).map(([key, definition]) => [key, asKafkaUser(key, definition, choices)]),
  );
}

/** The content of each file with functions that the stage has. */
export async function functionFiles(
  serverless: Serverless,
  wanted: (file: string) => boolean = () => true,
): Promise<unknown[]> {
  const chosen = new Set(functionParts.map(({ file }) => file));
  const always = globSync('functions/*/functions.yml', { cwd: root })
    .toSorted()
    .filter((file) => !chosen.has(file))
    .map((file): Part => ({ file, when: {} }));
  return filesOf(
    serverless,
    [...always, ...functionParts].filter(({ file }) => wanted(file)),
  );
}

async function filesOf(serverless: Serverless, parts: readonly Part[]): Promise<unknown[]> {
  const choices = await readChoices(serverless);
  const files = parts.filter((part) => has(choices, part)).map(({ file }) => file);
  return Promise.all(files.map((file) => serverless.resolveVariable(`file(${file})`)));
}
