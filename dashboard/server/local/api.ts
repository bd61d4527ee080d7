import { RequestError } from '../http/guard.ts';
import type { Source } from '../source.ts';

const TIMEOUT_MS = 10_000;
/** As in local/deploy/servers.ts, which would load the clients of all stores. */
const NOWHERE = 'http://127.0.0.1:1';

/** Passes a request on to the local API. @throws RequestError 503 where the run has none, or it doesn't answer */
export async function askApi(endpoint: string | undefined, path: string): ReturnType<Source['api']> {
  if (endpoint === undefined || endpoint === NOWHERE) throw new RequestError(503, 'this run has no API');
  try {
    const response = await fetch(endpoint.replace(/\/$/, '') + path, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? 'application/json',
      body: new Uint8Array(await response.arrayBuffer()),
    };
  } catch (error) {
    throw new RequestError(503, `the API doesn't answer: ${(error as Error).message}`);
  }
}
