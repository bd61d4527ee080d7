import { archiveIn } from '#functions/ops/archive/store.ts';
import { type TopicReport, verifyTopic } from '#functions/ops/archive/verify.ts';
import { dynamodbCheckpoints } from '#functions/sinks/s3/checkpoints.ts';
import { within } from '#lib/deadline.ts';
import { dynamodbOf, kafkaOf, s3Of } from '#local/deploy/servers.ts';
import { readStack, type StackFile } from '#local/stack-file.ts';
import { Cluster } from '#msk';
import { kafkaLog } from './archive/kafka-log.ts';
import { nameIn } from './archive/places.ts';
import { type Command, EXIT, numberOption, runCommand, UsageError } from './command.ts';
import { withAdmin } from './topic.ts';

const USAGE = `
Usage: npm run verify-archive -- [TOPIC…] [--wait S]

Reads every object that the archive in S3 has of these topics (of all topics). Each object must be readable and hold what
its key and its metadata say; each must begin at the offset where the one before it ended; and together they must hold
the records that the topic's log holds. Names each missing, doubled or cut object with its offsets. The exit code is 1 if
there is a fault.

  --wait S   seconds that the archive may be behind the topics (10)
`;

const OPTIONS = { wait: { type: 'string', default: '10' } } as const;
const NO_TIME_LIMIT = within(Number.POSITIVE_INFINITY);

/** @param findStack finds the running stack; a test passes its own */
export const verifyArchive = (findStack: () => Promise<StackFile> = readStack): Command<typeof OPTIONS> => ({
  name: 'verify-archive',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals, signal }) {
    const waitMs = numberOption('wait', values.wait, { min: 0 }) * 1000;
    const stack = await findStack();
    const { endpoints } = stack;
    const [s3, dynamodb, cluster] = [s3Of(endpoints), dynamodbOf(endpoints), new Cluster(endpoints.kafka)];
    const archive = archiveIn(nameIn(stack, 'ArchiveBucket'), s3, NO_TIME_LIMIT);
    const checkpoints = dynamodbCheckpoints(nameIn(stack, 'CheckpointsTable'), dynamodb);
    try {
      const inCluster = await withAdmin(kafkaOf(endpoints, 'verify-archive'), (admin) => admin.listTopics());
      const archived = await archive.topics();
      const unknown = positionals.find((topic) => !inCluster.includes(topic) && !archived.includes(topic));
      if (unknown !== undefined)
        throw new UsageError(
          `neither the archive nor the cluster has a topic "${unknown}"; the archive has ${archived.join(', ')}`,
        );
      const topics = positionals.length > 0 ? positionals : archived;
      const log = kafkaLog(cluster, inCluster);
      const checkpoint = async (id: string) => (await checkpoints.read(id, NO_TIME_LIMIT)).next;
      let faults = 0;
      for (const topic of topics) {
        const report = await verifyTopic(topic, { archive, log, checkpoint, waitMs, signal });
        console.log(linesOf(report).join('\n'));
        faults += report.faults.length;
      }
      console.log(faults === 0 ? 'the archive is whole' : `${faults} faults`);
      return faults === 0 ? EXIT.ok : EXIT.failed;
    } finally {
      await cluster.disconnect();
      s3.destroy();
      dynamodb.destroy();
    }
  },
});

/** A report as text: what each partition has, then the faults, then what is good to know. */
export function linesOf({ topic, lives, faults, notes }: TopicReport): string[] {
  const partitions = lives.flatMap(({ epoch, partitions: own }) =>
    own.map(({ partition, objects, records, end }) => {
      const life = epoch === 0 ? '' : ` (epoch ${epoch})`;
      return `${topic}-${partition}${life}: ${records} records in ${objects} objects, up to offset ${end - 1}`;
    }),
  );
  return [
    ...partitions,
    ...faults.map(({ kind, text }) => `  FAULT ${kind}: ${text}`),
    ...notes.map((text) => `  note: ${text}`),
  ];
}

if (import.meta.main) process.exit(await runCommand(verifyArchive()));
