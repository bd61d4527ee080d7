// Loaded into each instance of a function by measure.ts (NODE_OPTIONS=--require): writes one line of JSON to
// USAGE_FILE for each invocation. plugins/msk/runtime/entry.cjs gets an event as a message, and answers with `send`.
const { appendFileSync } = require('node:fs');
const { ClientRequest } = require('node:http');

const { AWS_LAMBDA_FUNCTION_NAME, AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_S3, USAGE_FILE } = process.env;
const NAME = AWS_LAMBDA_FUNCTION_NAME.split('-').at(-1);

let current;

process.on('message', ({ event }) => {
  if (event === undefined) return;
  const slices = Object.values(JSON.parse(event).records ?? {});
  current = {
    function: NAME,
    topic: slices[0]?.[0]?.topic,
    partitions: slices.length,
    records: slices.flat().length,
    bytes: slices.flat().reduce((sum, { key, value }) => sum + decoded(key) + decoded(value), 0),
    logBytes: 0,
    calls: {},
    cpu: process.cpuUsage(),
  };
});
const decoded = (base64) => Math.floor(((base64?.length ?? 0) * 3) / 4);

const send = process.send.bind(process);
process.send = (message, ...rest) => {
  if (current?.topic !== undefined && 'response' in message) {
    const { cpu, ...counted } = current;
    const { user, system } = process.cpuUsage(cpu);
    const rssMb = process.memoryUsage.rss() / 1024 / 1024;
    appendFileSync(USAGE_FILE, `${JSON.stringify({ ...counted, cpuMs: (user + system) / 1000, rssMb })}\n`);
  }
  current = undefined;
  return send(message, ...rest);
};

const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (chunk, ...rest) => {
  if (current) current.logBytes += Buffer.byteLength(chunk);
  return write(chunk, ...rest);
};

const bodies = new WeakMap();
for (const method of ['write', 'end']) {
  const own = ClientRequest.prototype[method];
  ClientRequest.prototype[method] = function (chunk, ...rest) {
    const parts = bodies.get(this) ?? [];
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) parts.push(Buffer.from(chunk));
    bodies.set(this, parts);
    if (method === 'end' && current) count(this, Buffer.concat(parts));
    return own.call(this, chunk, ...rest);
  };
}

function count(request, body) {
  for (const [name, units] of operations(request, body)) {
    current.calls[name] ??= { calls: 0, bytes: 0, units: 0 };
    const call = current.calls[name];
    call.calls += 1;
    call.bytes += body.length;
    call.units += units;
  }
}

/** The name of each operation with its table, and the request units of DynamoDB. */
function operations(request, body) {
  const host = request.getHeader('host');
  if (host === hostOf(AWS_ENDPOINT_URL_DYNAMODB)) return dynamodb(request.getHeader('x-amz-target'), JSON.parse(body));
  if (host === hostOf(AWS_ENDPOINT_URL_S3)) return [[`s3.${request.method}`, 1]];
  if (request.path === '/Execute') return [['rdsData.Execute', 1]];
  return [[request.path.includes('_bulk') ? 'opensearch.bulk' : `http.${request.method}`, 1]];
}
const hostOf = (endpoint) => new URL(endpoint).host;

/** Units: a write of 1 KB, a consistent read of 4 KB (no item here is larger), half of it for another read. */
function dynamodb(target, input) {
  const operation = `dynamodb.${target.split('.').at(-1)}`;
  const table = (name) => `${operation} ${name.split('-').at(-1)}`;
  if (input.RequestItems) {
    return Object.entries(input.RequestItems).map(([name, { Keys, ConsistentRead }]) => [
      table(name),
      (Keys?.length ?? 0) * (ConsistentRead ? 1 : 0.5),
    ]);
  }
  if (input.Statements) {
    const [{ Statement }] = input.Statements;
    const units = input.Statements.reduce((sum, { Parameters }) => sum + writes(Parameters), 0);
    return [[table(/"([\w.-]+)"/.exec(Statement)?.[1] ?? 'unknown'), units]];
  }
  const isRead = /GetItem|Scan|Query/.test(operation);
  return [[table(input.TableName), isRead ? (input.ConsistentRead ? 1 : 0.5) : writes(input.Item ?? {})]];
}

/** The names and values of an item, in KB, rounded up ("Item sizes and formats"). */
const writes = (item) =>
  Math.max(1, Math.ceil(JSON.stringify(item).replaceAll(/\{"[A-Z]+":|[{}[\]",:]/g, '').length / 1024));
