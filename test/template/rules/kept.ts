import type { CompiledTemplate } from '#msk';
import { type Rule, resources } from './rule.ts';

interface Policies {
  Type: string;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

/** The data is in the cluster. */
const dataless = 'AWS::RDS::DBInstance';

const all = (template: CompiledTemplate) => Object.entries(template.Resources) as [string, Policies][];

export const keptRules: Rule[] = [
  {
    name: 'a failed first deployment leaves nothing behind: a name in use would block the next one',
    source: 'CloudFormation guide, "DeletionPolicy attribute": RetainExceptOnCreate',
    check: (template) =>
      all(template)
        .filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain')
        .map(([id]) => id),
    spoil: (template) => {
      Object.assign(template.Resources['MskCluster'] ?? {}, { DeletionPolicy: 'Retain' });
    },
  },
  {
    name: 'resources that outlive the stack also outlive a replacement',
    source: 'CloudFormation guide, "UpdateReplacePolicy attribute"',
    check: (template) =>
      all(template)
        .filter(([, { DeletionPolicy, Type }]) => DeletionPolicy === 'RetainExceptOnCreate' && Type !== dataless)
        .filter(([, { UpdateReplacePolicy = 'Delete' }]) => !['Retain', 'Snapshot'].includes(UpdateReplacePolicy))
        .map(([id, { UpdateReplacePolicy }]) => `${id}: ${UpdateReplacePolicy}`),
    spoil: (template) => {
      for (const [id] of resources(template, 'AWS::MSK::Topic')) {
        Object.assign(template.Resources[id] ?? {}, { UpdateReplacePolicy: 'Delete' });
      }
    },
  },
];
