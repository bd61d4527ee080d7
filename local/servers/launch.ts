import type { Server } from './server.ts';

export interface LaunchOptions {
  readonly signal?: AbortSignal | undefined;
  /** A server was spawned; awaited, so that it is recorded before more happens. */
  onStarted(server: Server): Promise<void>;
  /** A server answers. */
  onReady(server: Server, seconds: number): void;
}

/**
 * Starts servers side by side and waits until all answer. It doesn't stop any: who called it knows which there are.
 * @throws the first error of any of them, at once; the signal's reason when it aborts.
 */
export async function launch(servers: readonly Server[], options: LaunchOptions): Promise<void> {
  const began = Date.now();
  const { signal } = options;
  signal?.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', abort);
  try {
    const all = servers.map(async (server) => {
      await server.start();
      await options.onStarted(server);
      await server.ready();
      if (!signal?.aborted) options.onReady(server, (Date.now() - began) / 1000);
    });
    await Promise.race([aborted, Promise.all(all)]);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Stops servers: first those that speak to the others, as all in this process do; then all others at once. */
export async function stopAll(servers: readonly Server[]): Promise<void> {
  const clients = servers.filter((server) => server.client || server.process === undefined);
  const others = servers.filter((server) => !clients.includes(server));
  const results = await Promise.allSettled(clients.map((server) => server.stop()));
  results.push(...(await Promise.allSettled(others.map((server) => server.stop()))));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
