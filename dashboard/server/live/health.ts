import { request } from 'node:http';
import { connect } from 'node:net';
import type { Flow } from '../../contract.ts';
import type { KnownServer } from '../messages.ts';

type ServerState = Flow['servers'][number];

const TIMEOUT_MS = 1_500;
/** A server that is only slow isn't down: so many questions in a row must time out. A refused connection is enough. */
const TIMEOUTS = 2;

/**
 * A question in the protocol of a server, which any running server answers; a frozen process only accepts connections.
 * Kafka: ApiVersions, version 0 (Kafka: "Protocol guide"). PostgreSQL: SSLRequest ("Message formats").
 */
const QUESTIONS = {
  kafka: Buffer.from('0000000a0012000000000001ffff', 'hex'),
  postgres: Buffer.from('0000000804d2162f', 'hex'),
};

/** Asks each server of a run in turn whether it answers. */
export class Health {
  readonly #states: (ServerState & { endpoint: string; timeouts: number })[];

  constructor(servers: readonly KnownServer[]) {
    this.#states = servers.map(({ name, endpoint }) => ({ name, endpoint, up: null, since: null, timeouts: 0 }));
  }

  get servers(): ServerState[] {
    return this.#states.map(({ name, up, since }) => ({ name, up, since }));
  }

  /** Asks all servers once. @param now ms since the epoch */
  async ask(now: () => number): Promise<void> {
    await Promise.all(
      this.#states.map(async (state) => {
        const answer = await answerOf(state.name, state.endpoint);
        state.timeouts = answer === 'late' ? state.timeouts + 1 : 0;
        if (answer === 'late' && state.timeouts < TIMEOUTS) return;
        const up = answer === 'answered';
        if (state.up !== up) Object.assign(state, { up, since: now() });
      }),
    );
  }
}

type Answer = 'answered' | 'refused' | 'late';

function answerOf(name: string, endpoint: string): Promise<Answer> {
  if (name.startsWith('kafka')) return ask(endpoint, QUESTIONS.kafka);
  const { protocol, host } = new URL(endpoint);
  return protocol === 'postgres:' ? ask(host, QUESTIONS.postgres) : askHttp(endpoint);
}

/** Sends bytes; any byte in return is an answer. */
function ask(address: string, question: Buffer): Promise<Answer> {
  const [host = '', port = ''] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect(Number(port), host, () => socket.write(question));
    const done = (answer: Answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(TIMEOUT_MS, () => done('late'));
    socket.once('data', () => done('answered'));
    socket.once('error', () => done('refused'));
    socket.once('close', () => done('refused'));
  });
}

/** Any status is an answer. */
function askHttp(endpoint: string): Promise<Answer> {
  return new Promise((resolve) => {
    const asked = request(endpoint, { method: 'GET', timeout: TIMEOUT_MS }, (response) => {
      response.resume();
      resolve('answered');
    });
    asked.once('timeout', () => {
      resolve('late');
      asked.destroy();
    });
    asked.once('error', () => resolve('refused'));
    asked.end();
  });
}
