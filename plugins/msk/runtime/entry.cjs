// The process of one instance: what Lambda's runtime for Node.js does. It loads the function, says so, and then answers
// each event by one message: { response }, its JSON, or { error: { errorType, errorMessage, trace } }. After an error
// outside of the handler's promise it ends, as there.
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const { _HANDLER, AWS_EXECUTION_ENV, AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_FUNCTION_MEMORY_SIZE, AWS_REGION } =
  process.env;
/** Lambda's first runtime without callbacks (AWS: "Define Lambda function handler in Node.js"). */
const WITHOUT_CALLBACKS = 24;
// The function's own, should it replace what it has here.
const exit = process.exit.bind(process);
const send = process.send.bind(process);

// Ctrl-C in a terminal reaches this process too; it is the plugin that ends it, when its batch is done.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => exit());
process.on('uncaughtException', (error, origin) => {
  const failure = describe(error);
  if (origin === 'unhandledRejection') failure.error.errorType = 'Runtime.UnhandledPromiseRejection';
  console.error(error);
  send({ ...failure, last: true }, () => exit(origin === 'unhandledRejection' ? 128 : 129));
});

const loading = load(_HANDLER);
loading.then(
  () => send({}),
  (error) => send(describe(error)),
);

process.on('message', async ({ event, requestId, deadline }) => {
  try {
    const handler = await loading;
    const response = await call(handler, JSON.parse(event), contextOf(requestId, deadline));
    send({ response: JSON.stringify(response ?? null) });
  } catch (error) {
    send(describe(error));
  }
});

/** A handler's answer is its promise, or what it gives the callback, which only one of three parameters has. */
function call(handler, event, context) {
  return new Promise((resolve, reject) => {
    const returned = handler(event, context, (error, result) => (error ? reject(error) : resolve(result)));
    if (typeof returned?.then === 'function') returned.then(resolve, reject);
    else if (handler.length < 3) resolve(returned);
  });
}

function contextOf(awsRequestId, deadline) {
  return {
    awsRequestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${AWS_REGION}:000000000000:function:${AWS_LAMBDA_FUNCTION_NAME}`,
    memoryLimitInMB: AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function describe(error) {
  const { name, message, stack } = error instanceof Error ? error : { name: typeof error, message: String(error) };
  return { error: { errorType: name, errorMessage: message, trace: stack?.split('\n') ?? [] } };
}

/** Lambda's rule: the file's path without its extension, a dot, the path of the export. */
async function load(handler) {
  const [, file, path] = /^(.*?)\.([^/]*)$/.exec(handler) ?? [];
  const found = ['.js', '.mjs', '.cjs'].map((extension) => join(process.cwd(), file + extension)).find(existsSync);
  if (!found) throw new Error(`the package holds no ${file}.js, .mjs or .cjs, which the handler ${handler} names`);
  const module = await import(pathToFileURL(found).href);
  const exported = [module, module.default]
    .map((exports) => path.split('.').reduce((value, key) => value?.[key], exports))
    .find((value) => typeof value === 'function');
  if (!exported) throw new Error(`${handler} is no exported function`);
  const version = Number(/nodejs(\d+)/.exec(AWS_EXECUTION_ENV)?.[1] ?? 0);
  if (exported.length >= 3 && version >= WITHOUT_CALLBACKS) {
    const error = new Error(
      `${handler} has a callback as its third parameter, which nodejs${version}.x doesn't call: return a promise.`,
    );
    error.name = 'Runtime.CallbackHandlerDeprecated';
    throw error;
  }
  return exported;
}
