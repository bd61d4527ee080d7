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
/** What docs/security.md says is audited ("CloudTrail data events"), by CloudTrail's name for it. */
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

/** Types of resources whose data events the trail has. */
export const auditedTypes = (template: CompiledTemplate): string[] =>
  dataSelectors(template).flatMap((selector) => field(selector, 'resources.type')?.Equals ?? []);

/** The ARN of whoever has taken the role, up to the session's name; CloudFormation names a role by stack and id. */
function callerOf(template: CompiledTemplate, id: string): string {
  const named = (template.Resources[id]?.Properties?.['RoleName'] as string | undefined) ?? '';
  return `arn:aws:sts::${account}:assumed-role/${named || `${cluster(template).ClusterName}-${id}-1ABCDEFGHIJKL`}/`;
}

/** As the trail will see it: a role by the name that it has. */
const namesOf = (template: CompiledTemplate, prefixes: readonly string[]) =>
  prefixes.map((prefix) =>
    prefix.replace(/assumed-role\/(\w+)\//, (whole, id: string) =>
      template.Resources[id] ? callerOf(template, id).replace(/^.*assumed-role/, 'assumed-role') : whole,
    ),
  );

export const auditRules: Rule[] = [
  {
    name: 'the trail sees data events of the archive, of every table, and of the Data API',
    source:
      'docs/security.md, "CloudTrail data events"; CloudTrail guide, "Filtering data events by using advanced event selectors"',
    check: (template) => {
      const types = auditedTypes(template);
      const stems = dataSelectors(template).flatMap((selector) => field(selector, 'resources.ARN')?.StartsWith ?? []);
      return [
        ...Object.values(audited).filter((type) => !types.includes(type)),
        ...(stems.includes('ArchiveBucket.Arn/') ? [] : ['objects of another bucket than the archive']),
        // A table without a name of its own has the stack's, and its logical id.
        ...resources<{ TableName?: string }>(template, 'AWS::DynamoDB::Table')
          .filter(([, { TableName }]) => TableName !== undefined)
          .map(([id]) => `${id} has a name that the trail doesn't look for`),
      ];
    },
    spoil: (template) => {
      trail(template).AdvancedEventSelectors = [];
    },
  },
  {
    name: "whose data events the trail leaves out: the functions', each and alone; people are audited",
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
            // The framework's own role is no function's, and may do nothing.
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
