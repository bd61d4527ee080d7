const allow = (Action: string[], Resource: unknown) => ({ Effect: 'Allow', Action, Resource });
const cluster = (...names: string[]) => names.map((name) => `kafka-cluster:${name}`);

/**
 * The role of both functions. Written here, because the framework and the plugin would grant each mapping its own topic
 * and group: 30 mappings exceed the size of a role's policies (AWS: "IAM and AWS STS quotas").
 *
 * @param topics the topics' logical ids: CloudFormation creates them before the role, and the mappings after it
 */
export function role({ stage, cluster: arn }: { stage: string; cluster: string }, topics: readonly string[]): object {
  const own = (kind: string, names: string) => `${arn.replace(':cluster/', `:${kind}/`)}/${names}`;
  const names = `conform-${stage}-*`;
  const log = {
    'Fn::Sub': `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/msk-conformance-${stage}-*`,
  };
  const network = ['Create', 'Delete'].map((verb) => `ec2:${verb}NetworkInterface`);
  const described = ['NetworkInterfaces', 'SecurityGroups', 'Subnets', 'Vpcs'].map((what) => `ec2:Describe${what}`);
  const Statement = [
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], log),
    allow([...network, ...described], '*'),
    allow(['kafka:DescribeCluster', 'kafka:DescribeClusterV2', 'kafka:GetBootstrapBrokers'], arn),
    allow(cluster('Connect', 'DescribeCluster', 'DescribeClusterDynamicConfiguration', 'WriteDataIdempotently'), arn),
    allow(cluster('DescribeTopic', 'DescribeTopicDynamicConfiguration', 'ReadData', 'WriteData'), own('topic', names)),
    // The function `kafka` reads with a group whose name begins so, too.
    allow(cluster('DescribeGroup', 'AlterGroup'), own('group', 'conform-*')),
    allow(cluster('DescribeTransactionalId', 'AlterTransactionalId'), own('transactional-id', '*')),
  ];
  return {
    Type: 'AWS::IAM::Role',
    DependsOn: topics,
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ ...allow(['sts:AssumeRole'], undefined), Principal: { Service: 'lambda.amazonaws.com' } }],
      },
      Policies: [{ PolicyName: 'conformance', PolicyDocument: { Version: '2012-10-17', Statement } }],
    },
  };
}
