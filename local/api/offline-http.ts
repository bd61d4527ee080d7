/** What the HTTP server asks of serverless-offline's Lambda. */
export interface OfflineLambda {
  get(functionKey: string): { setEvent(event: unknown): void; runHandler(): Promise<unknown> };
}

/** The part of hapi's server that is used. */
interface Hapi {
  start(): Promise<void>;
  stop(options: { timeout: number }): Promise<void>;
  ext(when: 'onRequest', run: (request: HapiRequest, toolkit: HapiToolkit) => unknown): void;
}

export interface HapiRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
}

interface HapiToolkit {
  readonly continue: symbol;
  response(body: object): { code(status: number): { takeover(): unknown } };
}

/** serverless-offline's HTTP server: a part of API Gateway in JavaScript. */
export interface OfflineHttp {
  createServer(): Promise<void>;
  /** @param handler used only to look for templates beside it, which an HTTP API hasn't */
  createRoutes(
    functionKey: string,
    event: { routeKey: string; isHttpApi: true; payload: '2.0' },
    handler: string,
  ): void;
  getServer(): Hapi;
}

type OfflineHttpClass = new (serverless: object, options: object, lambda: OfflineLambda) => OfflineHttp;

/** It prints a line for each request. Only errors are of use in the functions' log. */
const quiet = {
  ...Object.fromEntries(['debug', 'info', 'notice', 'verbose'].map((level) => [level, () => undefined])),
  error: console.error,
  warning: console.error,
};

/**
 * Makes serverless-offline's HTTP server. Its plugin would also start its own Lambda, which runs functions in threads
 * of this process and knows no local deployment; so the class is used without the plugin. The package doesn't export
 * it, and its version is pinned.
 */
export async function offlineHttp(port: number, lambda: OfflineLambda): Promise<OfflineHttp> {
  const own = async <T>(file: string) =>
    (await import(new URL(file, import.meta.resolve('serverless-offline')).href)) as T;
  const { default: HttpServer } = await own<{ default: OfflineHttpClass }>('./events/http/HttpServer.js');
  const { setLogUtils } = await own<{ setLogUtils: (utils: object) => void }>('./utils/log.js');
  setLogUtils({ log: quiet });
  const serverless = { config: { servicePath: '' }, service: { provider: { name: 'aws' }, resources: {} } };
  // Cookies mean nothing to the API, and a wrong one must not be an error.
  return new HttpServer(serverless, { host: '127.0.0.1', httpPort: port, disableCookieValidation: true }, lambda);
}
