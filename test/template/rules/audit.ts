import type { CompiledTemplate } from '#msk';
import { functions } from './functions.ts';
import { cluster } from './kafka.ts';
import { first, type Rule, resources } from './rule.ts';

interface FieldSelector {
  Field: string;
  Equals?: string[];
  StartsWith?: string[];
  NotStartsWith?: string[];
}
interface Selector {
  Name: string;
  FieldSelectors: FieldSelector[];
}
interface Trail {
  AdvancedEventSelectors?: Selector[];
}

const CALLER = 'userIdentity.arn';
const account = '000000000000';
/** The names in docs/security.md ("CloudTrail data events"), with CloudTrail's resource types. */
export const audited: Readonly<Record<string, string>> = {
  archive: 'AWS::S3::Object',
  tables: 'AWS::DynamoDB::Table',
  'Data API': 'AWS::RDS::DBCluster',
};

const trail = (template: CompiledTemplate) => first<Trail>(template, 'AWS::CloudTrail::Trail');
const field = ({ FieldSelectors }: Selector, name: string) => FieldSelectors.find(({ Field }) => Field === name);
const dataSelectors = (template: CompiledTemplate) =>
  (trail(template).AdvancedEventSelectors ?? []).filter((selector) =>
    field(selector, 'eventCategory')?.Equals?.includes('Data'),
  );

/** Resource types whose data events are in the trail. */
export const auditedTypes = (template: CompiledTemplate): string[] =>
  dataSelectors(template).flatMap((selector) => field(selector, 'resources.type')?.Equals ?? []);

/** The caller's ARN for a role, without the session's name. CloudFormation names a role by stack and logical id. */
function callerOf(template: CompiledTemplate, id: string): string {
  const named = (template.Resources[id]?.Properties?.['RoleName'] as string | undefined) ?? '';
  return `arn:aws:sts::${account}:assumed-role/${named || `${cluster(template).ClusterName}-${id}-1ABCDEFGHIJKL`}/`;
}

/** Replaces the logical ids of roles by the names in the trail. */
const namesOf = (template: CompiledTemplate, prefixes: readonly string[]) =>
  prefixes.map((prefix) =>
    prefix.replace(/assumed-role\/(\w+)\//, (whole, id: string) =>
      template.Resources[id] ? callerOf(template, id).replace(/^.*assumed-role/, 'assumed-role') : whole,
    ),
  );

export const auditRules: Rule[] = [
  {
    name: 'the trail has data events of the archive, of every table, and of the Data API',
    source:
      'docs/security.md, "CloudTrail data events"; CloudTrail guide, "Filtering data events by using advanced event selectors"',
    check: (template) => {
      const types = auditedTypes(template);
      const stems = dataSelectors(template).flatMap((selector) => field(selector, 'resources.ARN')?.StartsWith ?? []);
      return [
        ...Object.values(audited).filter((type) => !types.includes(type)),
        ...(stems.includes('ArchiveBucket.Arn/') ? [] : ["the objects are not the archive's"]),
        // CloudFormation names a table without TableName by stack and logical id.
        ...resources<{ TableName?: string }>(template, 'AWS::DynamoDB::Table')
          .filter(([, { TableName }]) => TableName !== undefined)
          .map(([id]) => `${id} has a name that the trail doesn't match`),
      ];
    },
    spoil: (template) => {
      trail(template).AdvancedEventSelectors = [];
    },
  },
  {
    name: "the trail leaves out data events of the functions' roles, and of no other role",
    source:
      'docs/security.md, "CloudTrail data events"; CloudTrail API reference, AdvancedFieldSelector: userIdentity.arn',
    check: (template) => {
      const own = new Set(functions(template).map(([, { Role }]) => Role.replace(/\.Arn$/, '')));
      return dataSelectors(template).flatMap((selector) => {
        const prefixes = namesOf(template, field(selector, CALLER)?.NotStartsWith ?? []);
        return (
          resources(template, 'AWS::IAM::Role')
            .map(([id]) => id)
            .filter((id) => prefixes.some((prefix) => callerOf(template, id).startsWith(prefix)) !== own.has(id))
            // No function has the framework's role, which has no permissions.
            .filter((id) => id !== 'IamRoleLambdaExecution')
            .map((id) => `${selector.Name}: ${id} is ${own.has(id) ? 'audited' : 'left out'}`)
        );
      });
    },
    spoil: (template) => {
      const prefix = `arn:aws:sts::${account}:assumed-role/${cluster(template).ClusterName}-`;
      for (const selector of dataSelectors(template)) {
        const caller = field(selector, CALLER);
        if (caller) caller.NotStartsWith = [prefix];
      }
    },
  },
];
