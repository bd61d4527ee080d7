import type { Random } from '../../load/random.ts';
import type { Planned } from '../facts.ts';
import type { Strike, Target } from '../strike.ts';
import { moveLeaders } from './leaders.ts';
import { diskFull, frozen, killed, restarted } from './processes.ts';

const aBroker = (random: Random, brokers: number): Planned['with'] => ({ broker: random.below(brokers) + 1 });

const brokerOf = (target: Target, { with: { broker = 1 } }: Planned) =>
  target.server(broker === 1 ? 'kafka' : `kafka-${broker}`);

/** Failures of brokers. */
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
    run: (target, planned) => restarted(target, brokerOf(target, planned), planned.seconds),
  },
  'broker-disk-full': {
    what: 'a broker can write nothing more to its disk (prlimit), and ends; it starts again with space',
    part: 'brokers',
    lasts: [5, 10],
    threeBrokers: true,
    draw: aBroker,
    run: (target, planned) => diskFull(target, brokerOf(target, planned), planned.seconds),
  },
  'leaders-moved': {
    what: 'a broker gives all partitions that it leads to others, also those of committed offsets',
    part: 'brokers',
    lasts: [2, 5],
    threeBrokers: true,
    draw: aBroker,
    run: (target, { with: { broker }, seconds }) => moveLeaders(target.kafka, Number(broker), seconds),
  },
} satisfies Record<string, Strike>;
