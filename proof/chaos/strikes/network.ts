import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../load/random.ts';
import type { Planned } from '../facts.ts';
import type { TcpFault } from '../proxy/tcp-proxy.ts';
import type { Strike, Target } from '../strike.ts';

/** 0 is all brokers. */
const oneOrAll = (random: Random, brokers: number): Planned['with'] => ({ broker: random.below(brokers + 1) });

/** Failures between Kafka, and the pollers and functions. */
export const NETWORK = {
  'kafka-slow': {
    what: 'every message from and to a broker, or all brokers, takes 200 ms longer',
    part: 'brokers',
    lasts: [10, 20],
    draw: oneOrAll,
    run: (target, planned) => faulty(target, planned, { kind: 'delay', ms: 200 }),
  },
  'kafka-cut': {
    what: 'every connection to a broker, or all brokers, breaks, and new ones are refused',
    part: 'brokers',
    lasts: [5, 15],
    draw: oneOrAll,
    run: (target, planned) => faulty(target, planned, { kind: 'cut' }),
  },
  'kafka-half-open': {
    what: 'every connection to a broker, or all brokers, stays open, and nothing passes',
    part: 'brokers',
    lasts: [5, 15],
    draw: oneOrAll,
    run: (target, planned) => faulty(target, planned, { kind: 'half-open' }),
  },
  'kafka-answers-dropped': {
    what: 'a broker, or all brokers, does what it is asked, and in one of ten cases the connection breaks instead of the answer',
    part: 'brokers',
    lasts: [5, 15],
    draw: oneOrAll,
    run: (target, planned) => faulty(target, planned, { kind: 'drop-answers', share: 0.1 }),
  },
} satisfies Record<string, Strike>;

async function faulty({ proxies }: Target, { with: { broker }, seconds }: Planned, fault: TcpFault): Promise<void> {
  const hit = proxies.kafka.filter((_, index) => broker === 0 || broker === index + 1);
  for (const proxy of hit) proxy.set(fault);
  try {
    await sleep(seconds * 1000);
  } finally {
    for (const proxy of hit) proxy.set(undefined);
  }
}
