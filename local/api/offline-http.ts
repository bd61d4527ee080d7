/** An event as serverless-offline's plugin passes it to its HTTP server. */
export interface OfflineEvent {
  functionKey: string;
  /** used only to look for templates beside it, which an HTTP API has not */
  handler: string;
  http: { routeKey: string; isHttpApi: true; payload: '2.0' };
}

/** What the HTTP server asks of serverless-offline's Lambda. */
export interface OfflineLambda {
  get(functionKey: string): { setEvent(event: unknown): void; runHandler(): Promise<unknown> };
}

/** serverless-offline's HTTP server, a part of API Gateway in JavaScript. */
export interface OfflineHttp {
  createServer(): Promise<void>;
  create(events: readonly OfflineEvent[]): void;
  create404Route(): void;
  getServer(): { start(): Promise<void>; stop(options: { timeout: number }): Promise<void> };
}

type OfflineHttpClass = new (serverless: object, options: object, lambda: OfflineLambda) => OfflineHttp;

/**
 * Makes serverless-offline's HTTP server. Its plugin would also start its own Lambda, which runs functions in threads
 * of this process and knows no local deployment; so the class is used without the plugin. The package doesn't export
 * it, and its version is pinned.
 */
export async function offlineHttp(port: number, lambda: OfflineLambda): Promise<OfflineHttp> {
  const module = new URL('./events/http/index.js', import.meta.resolve('serverless-offline'));
  const { default: Http } = (await import(module.href)) as { default: OfflineHttpClass };
  const serverless = { config: { servicePath: '' }, service: { provider: { name: 'aws' }, resources: {} } };
  // Cookies mean nothing to the API, and a wrong one must not be an error.
  return new Http(serverless, { host: '127.0.0.1', httpPort: port, disableCookieValidation: true }, lambda);
}
