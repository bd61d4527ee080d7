// What serverless-offline's runner loads in place of the function's own file, which it then calls as Lambda's runtime
// does: a value that is thrown but is no Error, a response that JSON can't hold, and an error outside of the
// handler's promise fail the invocation. The runner alone would take the first for a success and end the process at
// the others. `handler` resolves to { response } or to { error: { errorType, errorMessage, trace } }.
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

// As in invoker.ts: an event that only loads the function.
const INITIALIZE = 'serverless-offline-msk:initialize';

let invocation = Promise.withResolvers();
let loading;

process.on('uncaughtException', (error) => {
  console.error(error);
  invocation.reject(error);
});

exports.handler = async (event, context) => {
  const current = Promise.withResolvers();
  current.promise.catch(() => {});
  invocation = current;
  try {
    loading ??= load(process.env._HANDLER);
    const handler = await loading;
    if (event?.[INITIALIZE]) return { response: null };
    const returned = handler(event, context, (error, result) =>
      error ? current.reject(error) : current.resolve(result),
    );
    if (typeof returned?.then === 'function') returned.then(current.resolve, current.reject);
    const response = await current.promise;
    return { response: JSON.parse(JSON.stringify(response ?? null)) };
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : { name: typeof error, message: String(error) };
    return { error: { errorType: name, errorMessage: message, trace: stack?.split('\n') ?? [] } };
  }
};

/** Lambda's rule: the file's path without its extension, a dot, the path of the export. */
async function load(handler) {
  const [, file, path] = /^(.*?)\.([^/]*)$/.exec(handler) ?? [];
  const found = ['.js', '.mjs', '.cjs'].map((extension) => join(__dirname, file + extension)).find(existsSync);
  if (!found) throw new Error(`the package holds no ${file}.js, .mjs or .cjs, which the handler ${handler} names`);
  const module = await import(pathToFileURL(found).href);
  const exported = [module, module.default]
    .map((exports) => path.split('.').reduce((value, key) => value?.[key], exports))
    .find((value) => typeof value === 'function');
  if (!exported) throw new Error(`${handler} is no exported function`);
  return exported;
}
