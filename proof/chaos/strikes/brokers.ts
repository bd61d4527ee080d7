import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '#local/servers/server.ts';
import type { Random } from '../../load/random.ts';
import type { Planned } from '../facts.ts';
import type { Strike, Target } from '../strike.ts';

/** Failures of brokers' processes. */
export const BROKERS = {
  'broker-killed': {
    what: 'a broker is killed with SIGKILL, and starts again later',
    part: 'brokers',
    lasts: [5, 15],
    draw: aBroker,
    run: (target, planned) => killed(target, brokerOf(target, planned), planned.seconds),
  },
  'broker-frozen': {
    what: 'a broker is frozen: its connections stay open, and nothing answers',
    part: 'brokers',
    lasts: [5, 15],
    draw: aBroker,
    run: (target, planned) => frozen(brokerOf(target, planned), planned.seconds),
  },
  'broker-restarted': {
    what: 'a broker is stopped in good order, and starts again',
    part: 'brokers',
    lasts: [1, 5],
    draw: aBroker,
    async run(target, planned) {
      const broker = brokerOf(target, planned);
      target.mayEnd(broker.name);
      await broker.stop();
      await sleep(planned.seconds * 1000);
      await started(broker);
    },
  },
} satisfies Record<string, Strike>;

export function aBroker(random: Random, brokers: number): Planned['with'] {
  return { broker: random.below(brokers) + 1 };
}

export function brokerOf(target: Target, { with: { broker = 1 } }: Planned): Server {
  return target.server(broker === 1 ? 'kafka' : `kafka-${broker}`);
}

/** Kills a server, and starts it again on the same data. */
export async function killed(target: Target, server: Server, seconds: number): Promise<void> {
  target.mayEnd(server.name);
  const { process: running } = server;
  running?.signal('SIGKILL');
  await running?.exited;
  await sleep(seconds * 1000);
  await server.stop();
  await started(server);
}

export async function started(server: Server): Promise<void> {
  await server.start();
  await server.ready();
}

export async function frozen(server: Server, seconds: number): Promise<void> {
  server.process?.signal('SIGSTOP');
  try {
    await sleep(seconds * 1000);
  } finally {
    server.process?.signal('SIGCONT');
  }
}
