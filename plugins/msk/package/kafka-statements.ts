import type { CompiledTemplate } from '../contract.ts';
import { grant, roleOf } from './grants.ts';

/** A statement of a role about Kafka. Its resources may be intrinsic functions. */
export interface KafkaStatement {
  actions: string[];
  resources: unknown[];
}

interface RawStatement {
  Effect?: string;
  Action?: string | string[];
  Resource?: unknown;
  Condition?: unknown;
}

const prefix = 'kafka-cluster:';

/**
 * What each function's role allows on Kafka, by the function's logical id; for brokers that don't know IAM. The rights
 * of its mappings are included also where a mapping has a secret, whose role needs no such statements on AWS.
 *
 * @throws Error that names a function whose statements aren't a plain list of what is allowed
 */
export function kafkaStatements(template: CompiledTemplate): Map<string, KafkaStatement[]> {
  const asIam = structuredClone(template);
  const all = Object.entries(asIam.Resources);
  for (const [, { Type, Properties }] of all)
    if (Type === 'AWS::Lambda::EventSourceMapping') delete Properties?.['SourceAccessConfigurations'];
  grant(asIam, () => {});
  return new Map(
    all.flatMap(([id, { Type }]) =>
      Type === 'AWS::Lambda::Function' ? [[id, statementsOf(id, asIam)] as [string, KafkaStatement[]]] : [],
    ),
  );
}

function statementsOf(id: string, { Resources }: CompiledTemplate): KafkaStatement[] {
  const role = roleOf({ Ref: id }, Resources);
  const policies = (role?.Properties?.['Policies'] ?? []) as { PolicyDocument: { Statement: RawStatement[] } }[];
  return policies
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap((statement) => {
      if (!JSON.stringify(statement).includes(prefix)) return [];
      const { Effect, Action = [], Resource = [], Condition } = statement;
      if (Effect !== 'Allow' || Condition !== undefined || 'NotAction' in statement || 'NotResource' in statement)
        throw new Error(`${id}: a statement about Kafka with a condition or an exception can't be read here`);
      const actions = [Action].flat().filter((action) => action.startsWith(prefix));
      return [{ actions: actions.map((action) => action.slice(prefix.length)), resources: [Resource].flat() }];
    });
}
