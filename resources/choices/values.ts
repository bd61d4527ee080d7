import { type Choices, readChoices, type Serverless } from './choices.ts';
import { checkGiven } from './given.ts';

/** For `custom.chosen` of serverless.yml. */
export async function values(serverless: Serverless): Promise<object> {
  await checkGiven(serverless);
  return valuesOf(await readChoices(serverless));
}

/** Properties that follow from the choices and that several files of the template use. */
export function valuesOf({ zones, searchZones, scram, storageMode, admin }: Choices) {
  const letters = { two: ['A', 'B'], three: ['A', 'B', 'C'] }[zones];
  const privateSubnets = letters.map((zone) => ({ Ref: `PrivateSubnet${zone}` }));
  return {
    privateSubnets,
    privateRouteTables: letters.map((zone) => ({ Ref: `PrivateRouteTable${zone}` })),
    /** A domain takes as many subnets as its nodes have zones. */
    searchSubnets: { one: privateSubnets.slice(0, 1), all: privateSubnets }[searchZones],
    scramEnabled: scram === 'on',
    /** Further settings of a topic. Records older than a day are in S3; clients still read them from the brokers. */
    tieredStorage: {
      LOCAL: '',
      TIERED: ',"remote.storage.enable":"true","local.retention.ms":"86400000"',
    }[storageMode],
    /** The role with which people search alerts. */
    searchReader: { on: { 'Fn::GetAtt': ['AdminRole', 'Arn'] }, off: '' }[admin],
  };
}
