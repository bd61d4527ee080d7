import { functions, mappings, statements } from './functions.ts';
import { properties, type Rule, resources } from './rule.ts';

interface Secret {
  Name: string;
  KmsKeyId?: string;
  GenerateSecretString?: { SecretStringTemplate: string };
}

const associated = (template: Parameters<Rule['check']>[0]) =>
  resources<{ SecretArnList: string[] }>(template, 'AWS::MSK::BatchScramSecret');

export const kafkaUserRules: Rule[] = [
  {
    name: 'a function that logs in to Kafka with a password has a secret that no other function may read',
    source: 'docs/security.md, "Passwords: SCRAM"; param kafkaAuth',
    check: (template) => {
      const users = functions(template).filter(
        ([, { Environment }]) => Environment.Variables['KAFKA_AUTH'] === 'scram',
      );
      const secretOf = new Map(users.map(([id, fn]) => [id, fn.Environment.Variables['KAFKA_SECRET_ARN']]));
      const secrets = new Set([
        ...secretOf.values(),
        ...associated(template).flatMap(([, list]) => list.SecretArnList),
      ]);
      return functions(template).flatMap(([id, fn]) => {
        const own = secretOf.get(id);
        const read = statements(template, fn)
          .filter(({ actions }) => actions.includes('secretsmanager:GetSecretValue'))
          .flatMap((statement) => statement.resources.filter((secret) => secrets.has(secret)));
        return [
          ...(secretOf.has(id) && own === undefined ? [`${id} has no KAFKA_SECRET_ARN`] : []),
          ...(own !== undefined && !read.includes(own) ? [`${id} may not read ${own}`] : []),
          ...read.filter((secret) => secret !== own).map((secret) => `${id} may read ${secret}`),
        ];
      });
    },
    spoil: (template) => {
      const [[, fn] = []] = functions(template);
      if (fn) fn.Environment.Variables['KAFKA_AUTH'] = 'scram';
    },
  },
  {
    name: 'the mappings of such a function use its secret, and the brokers know it before the function is created',
    source: 'Lambda guide, "Configuring authentication for Amazon MSK": SASL_SCRAM_512_AUTH',
    check: (template) => [
      ...mappings(template)
        .map(([id, mapping, fn]) => {
          const secret = fn.Environment.Variables['KAFKA_SECRET_ARN'];
          const expected = secret === undefined ? undefined : [{ Type: 'SASL_SCRAM_512_AUTH', URI: secret }];
          const used = mapping['SourceAccessConfigurations'];
          return JSON.stringify(used) === JSON.stringify(expected) ? '' : `${id} uses ${JSON.stringify(used)}`;
        })
        .filter(Boolean),
      ...functions(template).flatMap(([id, fn]) => {
        const secret = fn.Environment.Variables['KAFKA_SECRET_ARN'];
        if (secret === undefined) return [];
        const [list, { SecretArnList = [] } = {}] = associated(template)[0] ?? [];
        const before = [template.Resources[id]?.DependsOn].flat().includes(list);
        return SecretArnList.includes(secret) && before
          ? []
          : [`${id} may be created before the brokers know ${secret}`];
      }),
    ],
    spoil: (template) => {
      const [[, , fn] = []] = mappings(template);
      if (fn) fn.Environment.Variables['KAFKA_SECRET_ARN'] = 'ScramSecret';
    },
  },
  {
    name: 'the secrets of users of Kafka have a name, a key and a user that Amazon MSK accepts',
    source:
      'MSK guide, "Set up SASL/SCRAM authentication for an Amazon MSK cluster": the prefix AmazonMSK_, a customer managed key, one user in each secret',
    check: (template) => {
      const users = associated(template)
        .flatMap(([, { SecretArnList }]) => SecretArnList)
        .map((id) => ({ id, ...properties<Secret>(template, id) }));
      const names = users.map((user) => user.GenerateSecretString?.SecretStringTemplate);
      return users
        .filter(
          ({ Name, KmsKeyId, GenerateSecretString: made }) =>
            !Name.startsWith('AmazonMSK_') ||
            !KmsKeyId ||
            !made ||
            names.filter((name) => name === made.SecretStringTemplate).length > 1,
        )
        .map(({ id, Name }) => `${id} is ${Name}`);
    },
    spoil: (template) => {
      properties<Secret>(template, 'ScramSecret').Name = 'password-of-kafka';
    },
  },
];
