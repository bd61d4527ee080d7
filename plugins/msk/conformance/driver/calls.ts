import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeClusterV2Command, GetBootstrapBrokersCommand, KafkaClient } from '@aws-sdk/client-kafka';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Ask } from '../functions/requests.ts';
import { MARK, type ProbeLine, readLine } from '../seen/lines.ts';

/** The cluster's settings as params of serverless.yml. @throws Error if it has no IAM listener, which the service uses */
export async function clusterParams(cluster: string): Promise<Record<string, string>> {
  const kafka = new KafkaClient({ region: regionOf(cluster) });
  const [{ ClusterInfo }, { BootstrapBrokerStringSaslIam: brokers }] = await Promise.all([
    kafka.send(new DescribeClusterV2Command({ ClusterArn: cluster })),
    kafka.send(new GetBootstrapBrokersCommand({ ClusterArn: cluster })),
  ]);
  const { ClientSubnets = [], SecurityGroups = [] } = ClusterInfo?.Provisioned?.BrokerNodeGroupInfo ?? {};
  if (!brokers) throw new Error('the cluster has no listener for IAM; the service can only log in with IAM');
  if (ClientSubnets.length === 0) throw new Error('the cluster is serverless; AWS::MSK::Topic needs a provisioned one');
  return {
    cluster,
    brokers,
    auth: 'iam',
    subnets: ClientSubnets.join(),
    securityGroups: SecurityGroups.join(),
    replicas: String(Math.min(3, ClientSubnets.length)),
  };
}

export const regionOf = (cluster: string): string => cluster.split(':')[3] ?? '';

/** Asks a deployed function. @throws Error with the function's own message if it fails */
export function askFunction(name: string, region: string): Ask {
  const lambda = new LambdaClient({ region });
  return async (request) => {
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(request)) }),
    );
    const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString() || 'null');
    if (FunctionError) throw new Error(`${name} failed on "${request.ask}": ${JSON.stringify(answer).slice(0, 500)}`);
    return answer as never;
  };
}

/** An event of a log may become visible this long after later ones. */
const LATE_MS = 120_000;

/** Reads the probe's lines from its log group. Each call reads what is new, and what may have come late. */
export function logReader(group: string, region: string, since: number): () => Promise<readonly ProbeLine[]> {
  const logs = new CloudWatchLogsClient({ region });
  const lines = new Map<string, ProbeLine>();
  let newest = since;
  return async () => {
    const startTime = Math.max(since, newest - LATE_MS);
    const input = { logGroupName: group, filterPattern: `"${MARK.trim()}"`, startTime };
    try {
      for await (const { events = [] } of paginateFilterLogEvents({ client: logs }, input)) {
        for (const { eventId = '', message = '', timestamp = 0 } of events) {
          const line = readLine(message);
          if (line) lines.set(eventId, line);
          newest = Math.max(newest, timestamp);
        }
      }
    } catch (error) {
      // Without a retention in the template, Lambda would make the group with the first invocation.
      if ((error as Error).name !== 'ResourceNotFoundException') throw error;
    }
    return [...lines.values()];
  };
}
