import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer } from '@platformatic/kafka';
import { createRandom } from '../../load/random.ts';
import { readTopics } from '../../readback/kafka.ts';
import type { Planned } from '../facts.ts';
import type { Strike, Target } from '../strike.ts';

/** After this time without a heartbeat, a group expels a member (plugins/msk/consumer/group-consumer.ts), in ms. */
const SESSION_MS = 10_000;
/** The last records of a topic that a second worker gets, in ms. */
const BATCH_MS = 5_000;
const BATCH_RECORDS = 200;
const MANY = 4;

/** Failures of the pollers, and of their consumer groups. */
export const MEMBERS = {
  rebalances: {
    what: 'other members join four groups while their batches are in flight, get some of the partitions, and leave',
    part: 'runner',
    lasts: [5, 10],
    draw: (random) => ({ draw: random.below(1e6) }),
    async run(target, planned) {
      const members = await join(target, planned);
      await sleep(planned.seconds * 1000);
      await Promise.all(members.map((member) => member.close(true)));
    },
  },
  'zombie-poller': {
    what: 'the pollers freeze for longer than a session; other members take over all partitions of four groups; the pollers go on with their batches',
    part: 'runner',
    lasts: [15, 20],
    draw: (random) => ({ draw: random.below(1e6) }),
    async run(target, planned) {
      let members: Consumer[] = [];
      process.kill(target.runner, 'SIGSTOP');
      try {
        await sleep(SESSION_MS);
        members = await join(target, planned);
        await sleep(planned.seconds * 1000 - SESSION_MS);
      } finally {
        process.kill(target.runner, 'SIGCONT');
      }
      await sleep(1_000);
      await Promise.all(members.map((member) => member.close(true)));
    },
  },
  'same-batch-twice': {
    what: 'second workers get the records of the last seconds of four topics, beside the mappings that work on them',
    part: 'runner',
    lasts: [3, 6],
    draw: (random) => ({ draw: random.below(1e6) }),
    async run(target, planned) {
      const work = chosen(target, planned).map(async ({ function: name, topic }) => {
        const { [topic]: log } = await readTopics(target.kafka, [topic], { since: Date.now() - BATCH_MS });
        const records = log?.records ?? [];
        const some = [...Map.groupBy(records, ({ partition }) => partition).values()];
        await target.invoke(
          name,
          some.flatMap((own) => own.slice(-BATCH_RECORDS)),
        );
      });
      await Promise.all([...work, sleep(planned.seconds * 1000)]);
    },
  },
} satisfies Record<string, Strike>;

function chosen(target: Target, { with: { draw } }: Planned) {
  const random = createRandom(Number(draw));
  const left = [...target.mappings()];
  return Array.from({ length: Math.min(MANY, left.length) }, () => left.splice(random.below(left.length), 1)).flat();
}

/** Members that join the groups of some mappings. They read nothing and commit nothing. */
async function join(target: Target, planned: Planned): Promise<Consumer[]> {
  // Loaded here, because it takes half a second.
  const { Consumer } = await import('@platformatic/kafka');
  return Promise.all(
    chosen(target, planned).map(async ({ group, topic }) => {
      const member = new Consumer({
        clientId: 'chaos',
        groupId: group,
        bootstrapBrokers: target.kafka.split(','),
        sessionTimeout: SESSION_MS,
        heartbeatInterval: 3_000,
        rebalanceTimeout: 10_000,
        requestTimeout: 15_000,
        retries: 10,
      });
      // The group may expel it, which is no failure here.
      member.on('error', () => {});
      member.topics.track(topic);
      await member.joinGroup({}).catch(() => {});
      return member;
    }),
  );
}
