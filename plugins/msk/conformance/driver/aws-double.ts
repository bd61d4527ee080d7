import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KafkaRequest } from '../functions/requests.ts';
import type { Send } from '../rows/row.ts';
import { beginLines, endLine } from '../seen/lines.ts';

/** A double of AWS's APIs that the driver calls: the cluster, the function `kafka`, and the log of the probe. */
export interface AwsDouble {
  url: string;
  /** What the function `kafka` was asked. */
  asked: KafkaRequest[];
  /** Values that the mapping loses. */
  lost: Set<string>;
  /** What the next invocation fails with. */
  failure?: string;
  close(): void;
}

const CLUSTER = {
  provisioned: { brokerNodeGroupInfo: { clientSubnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'] } },
};

export async function startAwsDouble(): Promise<AwsDouble> {
  const log: string[] = [];
  const counts = new Map<string, number>();
  const double: AwsDouble = { url: '', asked: [], lost: new Set(), close };

  function close(): void {
    server.close();
    server.closeAllConnections();
  }

  /** Each record is handed over at once, alone. */
  const deliver = (topic: string, { value = null, partition = 0 }: Send) => {
    const offset = counts.get(topic) ?? 0;
    counts.set(topic, offset + 1);
    if (value !== null && double.lost.has(value)) return;
    const record = { topic, partition, offset, timestamp: 0, timestampType: 'CREATE_TIME', text: value, headers: [] };
    const event = {
      source: 'aws:kafka',
      arn: '',
      brokers: '',
      groups: [`${topic}-${partition}`],
      bytes: 1,
      records: [record],
    };
    const id = randomUUID();
    log.push(...beginLines(id, Date.now(), event), endLine(id, Date.now(), 'returned'));
  };
  const invoke = (request: KafkaRequest): unknown => {
    double.asked.push(request);
    if (request.ask === 'committed') {
      const offsets = request.topics.map((topic) => [topic, { 0: counts.get(topic) ?? -1 }]);
      return { at: Date.now(), offsets: Object.fromEntries(offsets) as unknown };
    }
    if (request.ask === 'read') return { messages: [] };
    for (const send of request.requests.flatMap(({ sends }) => sends)) deliver(request.topic, send);
    return { until: 0 };
  };
  /** Two lines on a page. */
  const filter = ({ nextToken = '0' }: { nextToken?: string }) => {
    const from = Number(nextToken);
    const events = log
      .slice(from, from + 2)
      .map((message, at) => ({ eventId: `${from + at}`, message, timestamp: Date.now() }));
    return { events, ...(from + 2 < log.length && { nextToken: `${from + 2}` }) };
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const path = decodeURIComponent(request.url ?? '');
    response.setHeader('content-type', 'application/json');
    if (path.endsWith('/bootstrap-brokers')) response.end('{"bootstrapBrokerStringSaslIam":"b-1.x:9098,b-2.x:9098"}');
    else if (path.startsWith('/api/v2/clusters/')) response.end(JSON.stringify({ clusterInfo: CLUSTER }));
    else if (path.endsWith('/invocations') && double.failure) {
      response.setHeader('x-amz-function-error', 'Unhandled').end(JSON.stringify({ errorMessage: double.failure }));
    } else if (path.endsWith('/invocations')) response.end(JSON.stringify(invoke(JSON.parse(body) as KafkaRequest)));
    else if (request.headers['x-amz-target'] === 'Logs_20140328.FilterLogEvents')
      response.end(JSON.stringify(filter(JSON.parse(body) as object)));
    else response.writeHead(404).end('{}');
  };
  const server = createServer((request, response) => void answer(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  double.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return double;
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
