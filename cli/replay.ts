import { archiveIn } from '#functions/ops/archive/store.ts';
import { COUNTED, latestStreamTime } from '#functions/ops/replay/windows.ts';
import { dynamodbCheckpoints } from '#functions/sinks/s3/checkpoints.ts';
import { within } from '#lib/deadline.ts';
import { dynamodbWindows } from '#lib/windows/dynamodb-store.ts';
import { dynamodbOf, kafkaOf, s3Of } from '#local/deploy/servers.ts';
import { readStack, type StackFile } from '#local/stack-file.ts';
import { Cluster } from '#msk';
import { nameIn } from './archive/places.ts';
import { type Command, EXIT, numberOption, runCommand, UsageError } from './command.ts';
import { configsOf, createCopy, lateOnes, obstacles } from './replay/checks.ts';
import { followedBy } from './replay/followed.ts';
import { kafkaTarget } from './replay/kafka-target.ts';
import { aheadOf, idOf, OPTIONS, selectionOf } from './replay/options.ts';
import { runReplay } from './replay/run.ts';
import { withAdmin } from './topic.ts';

const USAGE = `
Usage: npm run replay -- TOPIC [options]

Produces a topic's records from the archive in S3: to the topic itself, if it was lost and is empty, or to another one.
Each record keeps its bytes, key, headers, timestamp, partition and order. The command reads the archive first, and
refuses one with a fault. At the end it reads the records back and compares them. Ctrl-C pauses it. The same command
continues, also after a kill: it learns from the target what is there.

  --to TOPIC          another topic for the records (the topic itself)
  --create            create the topic if there is none; it keeps its records for ever
  --since T           only records from that time on: 90s, 15m, 1h or 7d before now, or a time in ISO 8601
  --until T           only records before that time
  --partition P       only that partition
  --from O            only from that offset of the partition on
  --until-offset O    only below that offset of the partition
  --epoch N           the topic's life in the archive, if it was created again (the latest)
  --dry-run           only say what would be produced, and whether something is in the way
  --rate R            at most R records per second
  --ahead TIME        for topics whose records are counted in windows: at most so much of the records' time is ahead of
                      the function that reads them (1h); none doesn't wait for it
  --as-new            produce records of an outside topic to it once more, although the stores will take them for new ones
  --late-too          produce orders that the windows would refuse as late
  --id NAME           a name for the replay, instead of one made from the other options. With another name, records that
                      were replayed are produced once more

Examples:
  npm run replay -- orders --dry-run
  npm run replay -- orders --to orders-tuesday --create --since 2026-11-24 --until 2026-11-25
`;

/** As `allowedLatenessSeconds` of every stage (functions/orders/functions.yml). */
const ALLOWED_LATENESS_MS = 86_400_000;
const NO_TIME_LIMIT = within(Number.POSITIVE_INFINITY);

/** @param findStack finds the running stack; a test passes its own */
export const command = (findStack: () => Promise<StackFile> = readStack): Command<typeof OPTIONS> => ({
  name: 'replay',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals: [topic, ...more], signal }) {
    if (topic === undefined || more.length > 0)
      throw new UsageError('give one topic, as in: npm run replay -- orders --dry-run');
    const selection = selectionOf(topic, values, Date.now());
    const to = values.to ?? topic;
    const sliceMs = aheadOf(values.ahead);
    const rate = values.rate === undefined ? undefined : numberOption('rate', values.rate, { min: 1 });
    const stack = await findStack();
    const { endpoints } = stack;
    const s3 = s3Of(endpoints);
    const dynamodb = dynamodbOf(endpoints);
    const cluster = new Cluster(endpoints.kafka);
    const target = kafkaTarget(cluster, to);
    const archive = archiveIn(nameIn(stack, 'ArchiveBucket'), s3, NO_TIME_LIMIT);
    const checkpoints = dynamodbCheckpoints(nameIn(stack, 'CheckpointsTable'), dynamodb);
    try {
      return await withAdmin(kafkaOf(endpoints, 'replay'), async (admin) => {
        if (!(await admin.listTopics()).includes(to)) {
          if (!values.create) throw new UsageError(`there is no topic ${to}: create it, or add --create`);
          const { objects } = await archive.list(topic);
          const partitions = Math.max(0, ...objects.map(({ partition }) => partition)) + 1;
          await createCopy(admin, topic, to, partitions);
        }
        const group = COUNTED[to]?.pacedBy;
        const done = await runReplay({
          archive,
          target,
          selection,
          checkpoint: async (id) => (await checkpoints.read(id, NO_TIME_LIMIT)).next,
          id: values.id ?? idOf(selection, to),
          asNew: values['as-new'] ?? false,
          dryRun: values['dry-run'] ?? false,
          rate,
          sliceMs,
          reached:
            group === undefined || sliceMs === undefined ? undefined : followedBy(cluster, to, group, console.log),
          say: console.log,
          signal,
          check: async ({ oldest }) => {
            const windows = to in COUNTED ? await windowsOf(stack) : undefined;
            const checked = { topic: to, configs: await configsOf(admin, to), oldest, now: Date.now(), windows };
            const late = values['late-too'] ? [] : (lateOnes(checked) ?? []);
            const found = [...obstacles(checked), ...[late].flat()];
            if (found.length > 0) throw new Error(found.join('; '));
          },
        });
        return done ? EXIT.ok : EXIT.failed;
      });
    } finally {
      await target.close();
      await cluster.disconnect();
      s3.destroy();
      dynamodb.destroy();
    }

    async function windowsOf({ endpoints: own }: StackFile) {
      const client = dynamodbOf(own);
      try {
        const store = dynamodbWindows({ client, table: nameIn(stack, 'WindowsTable'), retentionSeconds: 0 });
        return { streamTime: await latestStreamTime(store, within(10_000)), allowedMs: ALLOWED_LATENESS_MS };
      } finally {
        client.destroy();
      }
    }
  },
});

if (import.meta.main) process.exit(await runCommand(command()));
