import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** What the stand-in has received. */
export interface Received {
  calls: number;
  /** items, rows, lines of objects, documents */
  written: number;
}

export interface Stores extends AsyncDisposable {
  readonly endpoint: string;
  /** @returns what was received since the last call */
  received(): Received;
}

/** A request's answer, and how many items, rows, lines or documents it has written. */
interface Answer {
  readonly body: object;
  readonly written: number;
}
type Answering = (body: Buffer, stored: boolean, checkpoint: { next: string }) => Answer;

/** Answers by the operation of an AWS request, or by method and path. */
const ANSWERS: Readonly<Record<string, Answering>> = {
  BatchExecuteStatement(body, stored) {
    const { Statements } = JSON.parse(body.toString()) as { Statements: { Statement: string }[] };
    const isWritten = ({ Statement }: { Statement: string }) => stored || Statement.startsWith('INSERT');
    const refused = { Error: { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' } };
    const Responses = Statements.map((one) => ({ TableName: 'table', ...(!isWritten(one) && refused) }));
    return { body: { Responses }, written: Statements.filter(isWritten).length };
  },
  PutItem: () => ({ body: {}, written: 1 }),
  GetItem: () => ({ body: {}, written: 0 }),
  /** The archive's checkpoint: claimed, then advanced. */
  UpdateItem(body, _, checkpoint) {
    const { ExpressionAttributeValues: values } = JSON.parse(body.toString()) as {
      ExpressionAttributeValues: Record<string, Record<string, string>>;
    };
    checkpoint.next = values[':to']?.['N'] ?? values[':from']?.['N'] ?? '0';
    const pending = values[':key'] && { pending: values[':key'] };
    const Attributes = { next: { N: checkpoint.next }, timestamp: values[':timestamp'] ?? { N: '0' }, ...pending };
    return { body: { Attributes }, written: 0 };
  },
  'PUT /archive': (body) => ({
    body: {},
    written: linesOf(body.subarray(0, 2).equals(GZIP) ? gunzipSync(body) : body),
  }),
  'POST /Execute'(body) {
    const { parameters = [] } = JSON.parse(body.toString()) as { parameters?: Parameter[] };
    const rows = parameters.find(({ name }) => name === 'rows')?.value.stringValue;
    const written = rows === undefined ? 1 : (JSON.parse(rows) as unknown[]).length;
    return { body: { numberOfRecordsUpdated: written }, written };
  },
  'POST /_bulk'(body) {
    const written = linesOf(body) / 2;
    const items = Array.from({ length: written }, () => ({ create: { status: 201, result: 'created' } }));
    return { body: { errors: false, items }, written };
  },
  'POST /alerts': () => ({ body: { result: 'created' }, written: 1 }),
};

interface Parameter {
  name: string;
  value: { stringValue: string };
}

const GZIP = Buffer.from([0x1f, 0x8b]);
const linesOf = (body: Buffer) => body.toString().split('\n').filter(Boolean).length;

/**
 * Stands in for DynamoDB, S3, the Data API and OpenSearch at their HTTP edge. It stores nothing and answers at once, so
 * that the CPU time of the calling process is measured, and not the wait for a store.
 * @param stored whether DynamoDB has an older item for each key
 */
export async function startStores(stored: boolean): Promise<Stores> {
  let received: Received = { calls: 0, written: 0 };
  const checkpoint = { next: '0' };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const operation = operationOf(request);
      const answer = ANSWERS[operation]?.(Buffer.concat(chunks), stored, checkpoint);
      if (!answer) return response.writeHead(501).end(`no answer to ${operation}`);
      received.calls += 1;
      received.written += answer.written;
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received() {
      const all = received;
      received = { calls: 0, written: 0 };
      return all;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** `PutItem` of a target header, or the method and the first part of the path up to a `-`: `POST /alerts`. */
function operationOf({ headers, method, url = '' }: IncomingMessage): string {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.slice(target.indexOf('.') + 1);
  return `${method} /${/^\/([^/?-]*)/.exec(url)?.[1] ?? ''}`;
}
