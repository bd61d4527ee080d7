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
import { STAGE, stageOptions } from './dlq/options.ts';
import { askStage } from './dlq/stage.ts';
import { withAdmin } from './topic.ts';

const USAGE = `
Usage: npm run verify-archive -- [TOPIC…] [--wait S]

Reads every object that the archive in S3 has of these topics (of all topics). Each object must be readable and hold what
its key and its metadata say; each must begin at the offset where the one before it ended; and together they must hold
the records that the topic's log holds. Names each missing, doubled or cut object with its offsets. The exit code is 1 if
there is a fault.

  --wait S   seconds that the archive may be behind the topics (10)

A deployed stage, where a function does the work for each topic; name the topics:
  --stage STAGE, --region REGION, --aws-profile NAME, --param NAME=VALUE
`;

const OPTIONS = { wait: { type: 'string', default: '10' }, ...STAGE } as const;
const ASK_MS = 10_000;
const NO_TIME_LIMIT = within(Number.POSITIVE_INFINITY);

/** @param findStack finds the running stack; a test passes its own */
export const verifyArchive = (findStack: () => Promise<StackFile> = readStack): Command<typeof OPTIONS> => ({
  name: 'verify-archive',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals, signal }) {
    const waitMs = numberOption('wait', values.wait, { min: 0 }) * 1000;
    const { stage } = values;
    if (stage !== undefined && positionals.length === 0)
      throw new UsageError('name the topics, as in: npm run verify-archive -- orders --stage dev');
    const reports =
      stage === undefined
        ? verifyLocally(await findStack(), { topics: positionals, waitMs, signal })
        : verifyOnStage(positionals, waitMs, stageOptions(values));
    let faults = 0;
    for await (const report of reports) {
      console.log(linesOf(report).join('\n'));
      faults += report.faults.length;
    }
    console.log(faults === 0 ? 'the archive is whole' : `${faults} ${faults === 1 ? 'fault' : 'faults'}`);
    return faults === 0 ? EXIT.ok : EXIT.failed;
  },
});

async function* verifyOnStage(topics: readonly string[], waitMs: number, options: readonly string[]) {
  for (const topic of topics) yield await askStage<TopicReport>('verifyArchive', { topic, waitMs }, options);
}

interface Asked {
  /** all of the archive if it is empty */
  readonly topics: readonly string[];
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

async function* verifyLocally(stack: StackFile, { topics: asked, waitMs, signal }: Asked): AsyncGenerator<TopicReport> {
  const { endpoints } = stack;
  const [s3, dynamodb, cluster] = [s3Of(endpoints), dynamodbOf(endpoints), new Cluster(endpoints.kafka)];
  const archive = archiveIn(nameIn(stack, 'ArchiveBucket'), s3, NO_TIME_LIMIT);
  const checkpoints = dynamodbCheckpoints(nameIn(stack, 'CheckpointsTable'), dynamodb);
  try {
    const inCluster = await withAdmin(kafkaOf(endpoints, 'verify-archive'), (admin) => admin.listTopics());
    const archived = await archive.topics();
    const unknown = asked.find((topic) => !inCluster.includes(topic) && !archived.includes(topic));
    if (unknown !== undefined)
      throw new UsageError(
        `no topic "${unknown}" in the archive or the cluster; the archive has ${archived.join(', ')}`,
      );
    const log = kafkaLog(cluster, inCluster);
    const checkpoint = async (id: string) => (await checkpoints.read(id, within(ASK_MS))).next;
    for (const topic of asked.length > 0 ? asked : archived) {
      yield await verifyTopic(topic, { archive, log, checkpoint, waitMs, signal });
    }
  } finally {
    await cluster.disconnect();
    s3.destroy();
    dynamodb.destroy();
  }
}

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
