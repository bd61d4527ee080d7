import type { Choices, Serverless } from './choices.ts';

/** The parts of a function in functions.yml that a user of Kafka changes. */
interface FunctionDefinition {
  environment?: Record<string, unknown>;
  iamRoleStatements?: unknown[];
  events?: { msk?: object }[];
  dependsOn?: string[];
}

/** Every function with a Kafka client has this variable. */
const CLIENT = 'KAFKA_AUTH';
const SECRET = 'KAFKA_SECRET_ARN';

const secretOf = (key: string) => `${key.charAt(0).toUpperCase()}${key.slice(1)}KafkaUser`;

/** With the param `kafkaAuth: scram`, a function with a Kafka client logs in with a secret, and so do its mappings. */
export function asKafkaUser(key: string, definition: FunctionDefinition, { kafkaAuth }: Choices): FunctionDefinition {
  if (kafkaAuth !== 'scram' || definition.environment?.[CLIENT] === undefined) return definition;
  const secret = { Ref: secretOf(key) };
  return {
    ...definition,
    // A mapping is created after its function. It would fail with a user that the brokers don't know yet.
    dependsOn: [...(definition.dependsOn ?? []), 'ScramSecrets'],
    environment: { ...definition.environment, [SECRET]: secret },
    iamRoleStatements: [
      ...(definition.iamRoleStatements ?? []),
      { Effect: 'Allow', Action: ['secretsmanager:GetSecretValue'], Resource: [secret] },
      { Effect: 'Allow', Action: ['kms:Decrypt'], Resource: [{ 'Fn::GetAtt': ['ScramKey', 'Arn'] }] },
    ],
    events: (definition.events ?? []).map((event) =>
      event.msk === undefined ? event : { ...event, msk: { ...event.msk, saslScram512: secret } },
    ),
  };
}

async function userKeys({ resolveConfigurationProperty }: Serverless): Promise<string[]> {
  const functions = (await resolveConfigurationProperty(['functions'])) as Record<string, FunctionDefinition>;
  return Object.keys(functions).filter((key) => functions[key]?.environment?.[SECRET] !== undefined);
}

/** For `resources` of serverless.yml: a secret for each of these functions, with a generated password. */
export async function kafkaUsers(serverless: Serverless): Promise<{ Resources: Record<string, object> }> {
  const [keys, name] = await Promise.all([userKeys(serverless), serverless.resolveVariable('self:custom.name')]);
  const secrets = keys.map((key) => [secretOf(key), secret(key, `AmazonMSK_${String(name)}-${key}`)]);
  return { Resources: Object.fromEntries(secrets) };
}

/** The list of secrets whose users the brokers know: that of scram.yml, and those of the functions. */
export async function scramSecrets(serverless: Serverless): Promise<object[]> {
  const keys = await userKeys(serverless);
  return ['ScramSecret', ...keys.map(secretOf)].map((Ref) => ({ Ref }));
}

/** As the secret in scram.yml. @param name Amazon MSK requires the prefix `AmazonMSK_` */
const secret = (username: string, name: string) => ({
  Type: 'AWS::SecretsManager::Secret',
  Properties: {
    Name: name,
    Description: `User of Kafka for ${username}`,
    KmsKeyId: { Ref: 'ScramKey' }, // Amazon MSK doesn't accept the account's default key
    GenerateSecretString: {
      SecretStringTemplate: JSON.stringify({ username }),
      GenerateStringKey: 'password',
      PasswordLength: 40,
      ExcludePunctuation: true,
    },
  },
});
