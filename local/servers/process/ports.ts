import { connect, createServer } from 'node:net';
import { ServerError } from '../server.ts';

const HOST = '127.0.0.1';
/** How far from the usual port another one is looked for. */
const REACH = 200;

export interface PortRequest {
  /** The server that listens there, for the error. */
  readonly name: string;
  /** The port it is known by. */
  readonly usual: number;
  /** The port that the user asked for, if any, and the option that says so. */
  readonly asked?: number | undefined;
  readonly option: string;
}

/**
 * Chooses the port of each server: the one asked for, else the usual one, else the next free one above it. No two get
 * the same.
 * @param reserve keeps a port for this run; false where another run has it.
 * @throws ServerError where a port that was asked for is taken: another one would surprise whoever asked.
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
        `End that program, name another port, or leave ${option} out to get a free one.`,
    );
  }
  for (let port = usual; port < usual + REACH; port += 1) {
    if (!chosen.has(port) && (await take(port))) return port;
  }
  throw new ServerError(
    `No port between ${usual} and ${usual + REACH - 1} is free for ${name}: name one with ${option}.`,
  );
}

/**
 * Whether a server could listen on the port. Both ways of asking are needed: macOS lets one listen on 127.0.0.1 where
 * another already listens on every interface.
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
