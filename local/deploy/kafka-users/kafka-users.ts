import { pbkdf2 as pbkdf2Callback, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import kafkajs, { type Admin } from 'kafkajs';
import { Cluster, type CompiledTemplate, type KafkaLogin, readAddress, resolve, type TemplateContext } from '#msk';
import { writeWhole } from '../../servers/files/whole-file.ts';
import { newPassword } from '../../servers/kafka/security.ts';
import { type Acl, aclsOf } from './acls.ts';

// kafkajs is a CommonJS module: Node.js finds no named exports for its enumerations.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** The functions' users on brokers that ask for a password. */
export interface KafkaUsers {
  /** By the function's logical id. */
  readonly logins: Readonly<Record<string, KafkaLogin>>;
  /** The users by the ARNs of the secrets in which the functions find them. */
  readonly secrets: Readonly<Record<string, KafkaLogin>>;
  /** The file of the brokers' certificate authority. */
  readonly caFile: string;
}

interface Deployed {
  readonly template: CompiledTemplate;
  readonly context: TemplateContext;
  /** `endpoints.kafka` of a stack */
  readonly address: string;
}

/**
 * Makes a user with a new password for each function with a secret (`kafkaAuth: scram`), and ACLs that let it do what
 * the function's role says, and nothing else.
 * @returns undefined where the brokers ask for no password
 */
export async function createKafkaUsers(deployed: Deployed, admin: Admin): Promise<KafkaUsers | undefined> {
  const { template, context, address } = deployed;
  const { login, file } = readAddress(address);
  if (login === undefined || file === undefined) return undefined;
  const found = functionUsers(template, context);
  if (found.length === 0)
    throw new Error('the brokers ask for a password, but no function has one: kafkaAuth is not scram');
  const made = found.map((one) => ({ ...one, login: { ...login, username: one.username, password: newPassword() } }));
  await setPasswords(
    address,
    made.map((one) => one.login),
  );
  const users = new Map(made.map(({ functionId, username }) => [functionId, username]));
  await replaceAcls(admin, aclsOf(template, context, users));
  const known: KafkaUsers = {
    logins: Object.fromEntries(made.map(({ functionId, login: own }) => [functionId, own])),
    secrets: Object.fromEntries(made.map(({ secret, login: own }) => [secret, own])),
    caFile: join(dirname(file), 'ca.pem'),
  };
  await writeWhole(usersFile(file), JSON.stringify(known), { mode: 0o600 });
  return known;
}

/** The users that the running stack has made. @param address `endpoints.kafka` of the stack */
export async function readKafkaUsers(address: string): Promise<KafkaUsers | undefined> {
  const { file } = readAddress(address);
  return file === undefined ? undefined : (JSON.parse(await readFile(usersFile(file), 'utf8')) as KafkaUsers);
}

const usersFile = (file: string) => join(dirname(file), 'functions.json');

interface FunctionUser {
  functionId: string;
  /** ARN */
  secret: string;
  username: string;
}

/** Each function's user is in the secret that its variable KAFKA_SECRET_ARN refers to. */
function functionUsers({ Resources }: CompiledTemplate, context: TemplateContext): FunctionUser[] {
  return Object.entries(Resources).flatMap(([functionId, { Type, Properties }]) => {
    if (Type !== 'AWS::Lambda::Function') return [];
    const { Variables } = (Properties?.['Environment'] ?? {}) as { Variables?: Record<string, unknown> };
    const reference = Variables?.['KAFKA_SECRET_ARN'] as { Ref?: string } | undefined;
    if (reference?.Ref === undefined) return [];
    const made = Resources[reference.Ref]?.Properties?.['GenerateSecretString'] as { SecretStringTemplate: string };
    const { username } = JSON.parse(made.SecretStringTemplate) as { username: string };
    return [{ functionId, secret: String(resolve(reference, context)), username }];
  });
}

/** Kafka's number of SCRAM-SHA-512 (AlterUserScramCredentials), and its least number of iterations for it. */
const SHA_512 = 2;
const ITERATIONS = 4_096;
const KEY_BYTES = 64;
const pbkdf2 = promisify(pbkdf2Callback);

async function setPasswords(address: string, logins: readonly KafkaLogin[]): Promise<void> {
  const { Base, alterUserScramCredentialsV0 } = await import('@platformatic/kafka');
  const client = new Base(new Cluster(address).options('deploy'));
  try {
    const upserts = logins.map(async ({ username, password }) => {
      const salt = randomBytes(24);
      const saltedPassword = await pbkdf2(password, salt, ITERATIONS, KEY_BYTES, 'sha512');
      return { name: username, mechanism: SHA_512, iterations: ITERATIONS, salt, saltedPassword };
    });
    const { brokers } = await client.metadata({ topics: [] });
    const connection = await client.connections.getFirstAvailable([...brokers.values()]);
    await alterUserScramCredentialsV0.api.async(connection, [], await Promise.all(upserts));
  } finally {
    await client.close();
  }
}

/** The functions may run for the first time: no ACL of a former template may stay. */
async function replaceAcls(admin: Admin, acls: readonly Acl[]): Promise<void> {
  await admin.deleteAcls({
    filters: [
      {
        resourceType: AclResourceTypes.ANY,
        resourcePatternType: ResourcePatternTypes.ANY,
        operation: AclOperationTypes.ANY,
        permissionType: AclPermissionTypes.ANY,
      },
    ],
  });
  await admin.createAcls({
    acl: acls.map(({ user, resource, name, pattern, operation }) => ({
      principal: `User:${user}`,
      host: '*',
      resourceType: AclResourceTypes[resource],
      resourceName: name,
      resourcePatternType: ResourcePatternTypes[pattern],
      operation: AclOperationTypes[operation as keyof typeof AclOperationTypes],
      permissionType: AclPermissionTypes.ALLOW,
    })),
  });
}
