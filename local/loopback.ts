/**
 * Whether no page of another site can have sent the request. A browser sends a page's `origin`, and a name that leads
 * to 127.0.0.1 would make a page's own origin of a local server (DNS rebinding).
 */
export function isLoopback({ host = '', origin }: { host?: string | undefined; origin?: unknown }): boolean {
  return origin === undefined && /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(host);
}
