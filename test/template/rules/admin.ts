import type { CompiledTemplate } from '../../../plugins/msk/contract.ts';
import { properties, type Rule, resources } from './rule.ts';

const ID = 'AdminInstance';
/** Of EC2, before base64. */
const MOST_BYTES = 16 * 1024;

interface Instance {
  UserData: string;
}

/** What the instance runs at its first start; '' where there is none. */
export function userData(template: CompiledTemplate): string {
  if (!template.Resources[ID]) return '';
  return Buffer.from(properties<Instance>(template, ID).UserData, 'base64').toString('utf8');
}

export const adminRules: Rule[] = [
  {
    name: 'the admin instance writes its own files before it fetches others, and its user data fits',
    check: (template) => {
      const script = userData(template);
      const first = script.search(/^(dnf|curl) /m);
      return [
        ...[...script.matchAll(/^(?:cat|base64 -d) > (\S+)/gm)]
          .filter(({ index }) => index > first)
          .map(([, file]) => `${file} comes late`),
        ...(Buffer.byteLength(script) > MOST_BYTES ? [`${Buffer.byteLength(script)} bytes of user data`] : []),
      ];
    },
    spoil: (template) => {
      const script = userData(template).replace('set -euo pipefail', 'dnf install -y java');
      properties<Instance>(template, ID).UserData = Buffer.from(script).toString('base64');
    },
  },
  {
    name: 'the admin instance starts when there is a way out of its subnet',
    check: (template) => {
      if (!template.Resources[ID]) return [];
      const waits = [template.Resources[ID].DependsOn].flat();
      const ways = ['AWS::EC2::Route', 'AWS::EC2::SubnetRouteTableAssociation'].flatMap((type) =>
        resources(template, type).map(([id]) => id),
      );
      return [...ways, 'S3Endpoint'].filter((id) => !waits.includes(id)).map((id) => `${ID} doesn't wait for ${id}`);
    },
    spoil: (template) => {
      delete template.Resources[ID]?.DependsOn;
    },
  },
];
