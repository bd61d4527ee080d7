import type { LambdaFunction } from './functions.ts';
import { properties, type Rule, resources } from './rule.ts';

export const setUpRules: Rule[] = [
  {
    name: 'a set-up runs again when its function gets another store',
    source: 'CloudFormation guide, "Custom resources": CloudFormation sends an update when a property changes',
    check: (template) => {
      const ids = new RegExp(`\\b(${Object.keys(template.Resources).join('|')})\\b`);
      return resources<{ ServiceToken: string }>(template, 'Custom::SetUp').flatMap(([id, own]) => {
        const fn = properties<LambdaFunction>(template, own.ServiceToken.replace(/\.Arn$/, ''));
        const known = Object.values((own as { Environment?: Record<string, string> }).Environment ?? {});
        return Object.values(fn.Environment.Variables)
          .filter((value) => ids.test(value) && !known.includes(value))
          .map((value) => `${id} doesn't change with ${value}`);
      });
    },
    spoil: (template) => {
      delete properties<{ Environment?: object }>(template, 'SetUp').Environment;
    },
  },
];
