import type { Problem } from '../../contract.ts';

/**
 * Asks the dashboard's server.
 * @throws Error whose message can be shown: what the server said, or that it doesn't answer
 */
export async function ask<T>(path: string, parameters: Record<string, string> = {}, body?: object): Promise<T> {
  const query = new URLSearchParams(parameters).toString();
  const request = body && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await fetch(query === '' ? path : `${path}?${query}`, request).catch(() => {
    throw new Error("The dashboard's server doesn't answer.");
  });
  const answer = (await response.json().catch(() => ({}))) as T & Partial<Problem>;
  if (response.ok) return answer;
  const { error = `status ${response.status}`, parameter } = answer;
  throw new Error(parameter === undefined ? error : `${parameter}: ${error}`);
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
