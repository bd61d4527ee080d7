import type { Server } from './server.ts';

export interface LaunchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called when a server was spawned; the launch goes on when the promise resolves. */
  onStarted(server: Server): Promise<void>;
  /** Called when a server answers. */
  onReady(server: Server, seconds: number): void;
}

/**
 * Starts servers in parallel and waits until all answer. On an error the caller stops them.
 * @throws the first error of a server, at once; the signal's reason when it aborts
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

/** Stops the servers that use other servers first (all servers in this process do), then all others in parallel. */
export async function stopAll(servers: readonly Server[]): Promise<void> {
  const clients = servers.filter((server) => server.client || server.process === undefined);
  const others = servers.filter((server) => !clients.includes(server));
  const results = await Promise.allSettled(clients.map((server) => server.stop()));
  results.push(...(await Promise.allSettled(others.map((server) => server.stop()))));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
