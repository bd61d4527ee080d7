import { connect, createServer, type Server, type Socket } from 'node:net';
import { createRandom } from '../../load/random.ts';

/** What a proxy of TCP does to the connections through it. */
export type TcpFault =
  /** Each piece of data arrives so many ms later, in both directions. */
  | { kind: 'delay'; ms: number }
  /** All connections break, and new ones are refused. */
  | { kind: 'cut' }
  /** All connections stay open, and nothing passes: as when a cable is pulled. At the end they break. */
  | { kind: 'half-open' }
  /** The server gets and does the request. In this share of the cases the connection breaks instead of the answer. */
  | { kind: 'drop-answers'; share: number };

export interface TcpProxy {
  readonly port: number;
  /** Where connections lead to; until it is set, they are refused. */
  to: { host: string; port: number } | undefined;
  /** Undefined: everything passes. */
  set(fault: TcpFault | undefined): void;
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  server: Socket | undefined;
}

/** Listens on a free port of 127.0.0.1. @param seed decides which answers are dropped */
export async function tcpProxy(seed: number): Promise<TcpProxy> {
  const random = createRandom(seed);
  const pairs = new Set<Pair>();
  let fault: TcpFault | undefined;
  const listener = createServer((client) => accept(client));
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const proxy: TcpProxy = {
    port: portOf(listener),
    to: undefined,
    set(next) {
      // What was held back in a half-open connection is lost with it.
      if (next?.kind === 'cut' || fault?.kind === 'half-open') breakAll();
      fault = next;
      if (next?.kind === 'half-open') for (const { client, server } of pairs) hold(client, server);
    },
    close() {
      breakAll();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
  return proxy;

  function accept(client: Socket): void {
    const pair: Pair = { client, server: undefined };
    pairs.add(pair);
    closeTogether(pair, client);
    if (fault?.kind === 'cut' || proxy.to === undefined) return void client.destroy();
    // The connection is accepted, as a peer's kernel does, and stays silent.
    if (fault?.kind === 'half-open') return void client.pause();
    const server = connect({ ...proxy.to, noDelay: true });
    pair.server = server;
    closeTogether(pair, server);
    client.setNoDelay(true);
    client.on('data', (data) => pass(data, server));
    server.on('data', (data) => {
      if (fault?.kind === 'drop-answers' && random.chance(fault.share)) client.destroy();
      else pass(data, client);
    });
  }

  function pass(data: Buffer, to: Socket): void {
    if (fault?.kind === 'delay') setTimeout(() => to.writable && to.write(data), fault.ms);
    else if (to.writable) to.write(data);
  }

  function closeTogether(pair: Pair, socket: Socket): void {
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      pairs.delete(pair);
      pair.client.destroy();
      pair.server?.destroy();
    });
  }

  function breakAll(): void {
    for (const { client, server } of pairs) {
      client.destroy();
      server?.destroy();
    }
  }
}

function hold(...sockets: (Socket | undefined)[]): void {
  for (const socket of sockets) socket?.pause();
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port');
  return address.port;
}
