import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kafkaOf } from '#local/deploy/servers.ts';
import { ROOT, readStack, type StackFile } from '#local/stack-file.ts';
import { Cluster } from '#msk';
import { type Command, runCommand, UsageError } from '../command.ts';
import { partitionsOf, withAdmin } from '../topic.ts';
import { addPartitions } from './add-partitions.ts';
import { COUNTED_BY_PARTITION, meaningOf, stepsFor } from './care.ts';
import { pauseIn } from './pause.ts';
import { templateChange } from './template-change.ts';

const USAGE = `
Usage: npm run partitions -- TOPIC N [--dry-run] [--anyway]
       npm run partitions -- TOPIC N --stage STAGE

Gives a topic of the running stack N partitions, and says what that means for keys, order and windows. Kafka can only
add partitions. Run npm run skew -- TOPIC --partitions N first: a hot key stays in one partition.

processed-orders is counted by partition. So the command switches processOrder off before, and on again 5 minutes later,
when each of its instances knows the new partitions (see npm run mappings). Orders wait meanwhile, and none is lost.

  --dry-run        only say what it means, and what would be done
  --anyway         don't switch processOrder off: an order whose send fails at that moment may then be counted twice
  --stage STAGE    print the change of resources/kafka/topics.yml and the order of the deployments instead; it deploys
                   nothing and asks nothing of AWS

The template isn't changed: the next npm start has the template's number again, unless --keep kept the data.

Exit codes: 0 done (or it would be), 1 failed, or processOrder is still off after Ctrl-C, 2 wrong arguments.
Example: npm run partitions -- user-login 6
`;

const OPTIONS = {
  'dry-run': { type: 'boolean', default: false },
  anyway: { type: 'boolean', default: false },
  stage: { type: 'string' },
} as const;

const TOPICS = 'resources/kafka/topics.yml';
const MOST = 1_000;

/** @param findStack finds the running stack; a test passes its own */
export const partitions = (findStack: () => Promise<StackFile> = readStack): Command<typeof OPTIONS> => ({
  name: 'partitions',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals: [topic, number, ...more], signal }) {
    if (topic === undefined || number === undefined || more.length > 0)
      throw new UsageError('give a topic and a number, as in: npm run partitions -- user-login 6');
    const count = Number(number);
    if (!/^\d+$/.test(number) || count > MOST)
      throw new UsageError(`the number of partitions is a whole number up to ${MOST}, not "${number}"`);
    if (values.stage !== undefined) return forStage(topic, count, values.stage);

    const stack = await findStack();
    const { endpoints } = stack;
    const cluster = new Cluster(endpoints.kafka);
    try {
      return await withAdmin(kafkaOf(endpoints, 'partitions'), async (admin) => {
        const now = (await partitionsOf(admin, topic)).length;
        refuseFewer(topic, now, count);
        console.log(meaningOf(topic, now, count).join('\n'));
        return addPartitions(admin, cluster, {
          topic,
          count,
          dryRun: values['dry-run'],
          anyway: values.anyway,
          pause: pauseIn(stack),
          signal,
        });
      });
    } finally {
      await cluster.disconnect();
    }
  },
});

/** @throws UsageError if the topic would have no more partitions than now */
function refuseFewer(topic: string, now: number, count: number): void {
  if (count <= now)
    throw new UsageError(`${topic} has ${now} partitions, and Kafka can only add some: give ${now + 1} or more`);
}

async function forStage(topic: string, count: number, stage: string): Promise<void> {
  const change = templateChange(await readFile(join(ROOT, TOPICS), 'utf8'), topic, count);
  if (change === undefined) throw new UsageError(`no topic "${topic}" in ${TOPICS}`);
  refuseFewer(topic, change.now, count);
  const deploy = `npm run deploy -- --stage ${stage}`;
  const edit = `change ${TOPICS}, and nothing else of the topic: MSK takes one change of a topic at a time`;
  const producing = COUNTED_BY_PARTITION[topic];
  const steps = producing ? stepsFor(producing, `${edit}; ${deploy}`, stage) : [`1. ${edit}`, `2. ${deploy}`];
  const lines = [...meaningOf(topic, change.now, count), '', TOPICS, ...change.diff, '', ...steps];
  console.log(lines.join('\n'));
}

if (import.meta.main) process.exit(await runCommand(partitions()));
