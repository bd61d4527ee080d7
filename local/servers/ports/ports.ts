import { connect, createServer } from 'node:net';
import { ServerError } from '../server.ts';

const HOST = '127.0.0.1';
/** How many ports are tried, from the usual one on. */
const REACH = 200;

export interface PortRequest {
  /** The server that listens on the port, for errors. */
  readonly name: string;
  /** The server's default port. */
  readonly usual: number;
  /** The port that the user asked for, if any. */
  readonly asked?: number | undefined;
  /** The option that sets the port; absent where the user can't set it. */
  readonly option?: string;
}

/**
 * Chooses the port of each server: the port that the user asked for; else the usual port; else the next free port
 * above it. No two servers get the same port.
 * @param reserve reserves a port for this run; false where another run has it
 * @throws ServerError where a port that the user asked for is taken, or no port is free
 */
export async function choosePorts(
  requests: readonly PortRequest[],
  reserve: (port: number) => Promise<boolean> = async () => true,
): Promise<number[]> {
  const chosen = new Set(requests.flatMap(({ asked }) => asked ?? []));
  const ports: number[] = [];
  for (const request of requests) {
    const port = await choose(request, chosen, async (port) => (await reserve(port)) && (await isFree(port)));
    chosen.add(port);
    ports.push(port);
  }
  return ports;
}

async function choose(
  { name, usual, asked, option }: PortRequest,
  chosen: ReadonlySet<number>,
  take: (port: number) => Promise<boolean>,
): Promise<number> {
  if (asked !== undefined) {
    if (await take(asked)) return asked;
    throw new ServerError(
      `Port ${asked} for ${name} (${option} ${asked}) is taken by another program. ` +
        `End that program, name another port, or omit ${option} to get a free one.`,
    );
  }
  for (let port = usual; port < usual + REACH; port += 1) {
    if (!chosen.has(port) && (await take(port))) return port;
  }
  throw new ServerError(
    `No port between ${usual} and ${usual + REACH - 1} is free for ${name}: ` +
      (option === undefined ? 'end a program that listens there.' : `name a free one with ${option}.`),
  );
}

/**
 * Whether a server could listen on the port. Listening alone doesn't tell: macOS lets a program listen on 127.0.0.1
 * while another program listens on every interface.
 */
export async function isFree(port: number): Promise<boolean> {
  return (await canListen(port)) && !(await isAnswered(port));
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function isAnswered(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: HOST });
    const answer = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
