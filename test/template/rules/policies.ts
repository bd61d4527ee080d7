import type { CompiledTemplate } from '#msk';
import { properties, type Rule, resources } from './rule.ts';

interface Statement {
  Effect: string;
  Principal: '*' | Record<string, string | string[]>;
  Action: string | string[];
  Condition?: object;
}
interface TopicPolicy {
  Topics: string[];
  PolicyDocument: { Statement: Statement[] };
}

const EVENTS = 'events.amazonaws.com';

const allowsEvents = ({ Effect, Principal }: Statement) =>
  Effect === 'Allow' && Principal !== '*' && [Principal['Service']].flat().includes(EVENTS);

/** Statements of policies of topics and keys. */
function statementsOf(template: CompiledTemplate): [id: string, statement: Statement][] {
  return [
    ...resources<TopicPolicy>(template, 'AWS::SNS::TopicPolicy').flatMap(([id, { PolicyDocument }]) =>
      PolicyDocument.Statement.map((statement): [string, Statement] => [id, statement]),
    ),
    ...resources<{ KeyPolicy: { Statement: Statement[] } }>(template, 'AWS::KMS::Key').flatMap(([id, { KeyPolicy }]) =>
      KeyPolicy.Statement.map((statement): [string, Statement] => [id, statement]),
    ),
  ];
}

/** Topics that an EventBridge rule publishes to. */
const published = (template: CompiledTemplate) =>
  resources<{ Targets: { Arn: string }[] }>(template, 'AWS::Events::Rule')
    .flatMap(([, { Targets }]) => Targets.map(({ Arn }) => Arn))
    .filter((id) => template.Resources[id]?.Type === 'AWS::SNS::Topic');

export const policyRules: Rule[] = [
  {
    name: 'policies admit EventBridge without a condition: it sends no condition keys',
    source:
      'EventBridge guide, "Using resource-based policies": Amazon SNS permissions; SNS guide, "Managing Amazon SNS encryption keys": AWS services that take no source conditions',
    check: (template) =>
      statementsOf(template)
        .filter(([, statement]) => allowsEvents(statement) && statement.Condition)
        .map(([id, { Condition }]) => `${id}: ${JSON.stringify(Condition)}`),
    spoil: (template) => {
      const Condition = { StringEquals: { 'aws:SourceAccount': '000000000000' } };
      for (const [, statement] of statementsOf(template)) {
        if (allowsEvents(statement)) Object.assign(statement, { Condition });
      }
    },
  },
  {
    name: 'the policies of topic and key admit EventBridge where it publishes',
    source: 'the same pages',
    check: (template) =>
      published(template).flatMap((topic) => {
        const [policy = ''] = resources<TopicPolicy>(template, 'AWS::SNS::TopicPolicy')
          .filter(([, { Topics }]) => Topics.includes(topic))
          .map(([id]) => id);
        const { KmsMasterKeyId } = properties<{ KmsMasterKeyId: string }>(template, topic);
        const may = (id: string, actions: string[]) =>
          actions.every((action) =>
            statementsOf(template).some(
              ([of, statement]) => of === id && allowsEvents(statement) && [statement.Action].flat().includes(action),
            ),
          );
        return [
          ...(may(policy, ['sns:Publish']) ? [] : [`${topic}: its policy`]),
          ...(may(KmsMasterKeyId, ['kms:Decrypt', 'kms:GenerateDataKey*']) ? [] : [`${topic}: ${KmsMasterKeyId}`]),
        ];
      }),
    spoil: (template) => {
      const { KeyPolicy } = properties<{ KeyPolicy: { Statement: Statement[] } }>(template, 'OperationsKey');
      KeyPolicy.Statement = KeyPolicy.Statement.filter((statement) => !allowsEvents(statement));
    },
  },
];
