import type { CompiledTemplate } from '#msk';
import { type Rule, resources } from './rule.ts';

interface Policies {
  Type: string;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

/** A database's instance holds no data: the cluster does. */
const dataless = 'AWS::RDS::DBInstance';

const all = (template: CompiledTemplate) => Object.entries(template.Resources) as [string, Policies][];

export const keptRules: Rule[] = [
  {
    name: 'nothing stays of a first deployment that fails: its name would be in the way of the next',
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
    name: 'what is kept when the stack goes is kept when an update replaces it',
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
