// The process of one instance. It does what Lambda's runtime for Node.js does: it loads the function, sends one message
// when that is done, and then answers each event with one message: { response } with the response's JSON, or
// { error: { errorType, errorMessage, trace } }. After an error outside of the handler's promise it ends, as in Lambda.
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const { _HANDLER, AWS_EXECUTION_ENV, AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_FUNCTION_MEMORY_SIZE, AWS_REGION } =
  process.env;
/** The first runtime that doesn't support callbacks (AWS: "Define Lambda function handler in Node.js"). */
const WITHOUT_CALLBACKS = 24;
// Kept here, because the function may replace them.
const exit = process.exit.bind(process);
const send = process.send.bind(process);

// Ctrl-C in a terminal also reaches this process. Ignore it: the plugin ends this process after its batch.
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

/** The response is the handler's promise, its return value, or, for a handler with three parameters, the callback's. */
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

/** A handler's name is the file's path without its extension, a dot, and the path of the export. */
async function load(handler) {
  const [, file, path] = /^(.*?)\.([^/]*)$/.exec(handler) ?? [];
  const found = ['.js', '.mjs', '.cjs'].map((extension) => join(process.cwd(), file + extension)).find(existsSync);
  if (!found) throw new Error(`the package has no file ${file}.js, .mjs or .cjs for the handler ${handler}`);
  const module = await import(pathToFileURL(found).href);
  const exported = [module, module.default]
    .map((exports) => path.split('.').reduce((value, key) => value?.[key], exports))
    .find((value) => typeof value === 'function');
  if (!exported) throw new Error(`${handler} is not an exported function`);
  const version = Number(/nodejs(\d+)/.exec(AWS_EXECUTION_ENV)?.[1] ?? 0);
  if (exported.length >= 3 && version >= WITHOUT_CALLBACKS) {
    const error = new Error(
      `${handler} has a callback as its third parameter. nodejs${version}.x doesn't support it: return a promise.`,
    );
    error.name = 'Runtime.CallbackHandlerDeprecated';
    throw error;
  }
  return exported;
}
