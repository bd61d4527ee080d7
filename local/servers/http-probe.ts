const TIMEOUT_MS = 2_000;

/**
 * Sends a server a request that succeeds only once the server is ready.
 * @param what names the request in the error
 * @throws Error where the server doesn't answer within 2 s, or answers with an error
 */
export async function probeHttp(what: string, url: string, request: RequestInit = {}): Promise<void> {
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${what}: ${response.status} ${await response.text()}`);
  await response.body?.cancel();
}
