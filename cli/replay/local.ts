import { archiveIn } from '#functions/ops/archive/store.ts';
import { type Checked, lateOnes, obstacles } from '#functions/ops/replay/checks.ts';
import { runReplay } from '#functions/ops/replay/run.ts';
import { COUNTED, latestStreamTime } from '#functions/ops/replay/windows.ts';
import type { ReplayRequest } from '#functions/ops/replay.ts';
import { dynamodbCheckpoints } from '#functions/sinks/s3/checkpoints.ts';
import { within } from '#lib/deadline.ts';
import { dynamodbWindows } from '#lib/windows/dynamodb-store.ts';
import { dynamodbOf, kafkaOf, s3Of } from '#local/deploy/servers.ts';
import type { StackFile } from '#local/stack-file.ts';
import { Cluster } from '#msk';
import { nameIn } from '../archive/places.ts';
import { UsageError } from '../command.ts';
import { withAdmin } from '../topic.ts';
import { configsOf, createCopy } from './configs.ts';
import { followedBy } from './followed.ts';
import { kafkaTarget } from './kafka-target.ts';

export interface LocalReplay extends ReplayRequest {
  readonly create: boolean;
  readonly sliceMs: number | undefined;
  readonly signal: AbortSignal;
}

/** As `allowedLatenessSeconds` of every stage (functions/orders/functions.yml). */
const ALLOWED_LATENESS_MS = 86_400_000;
const ASK_MS = 10_000;
const NO_TIME_LIMIT = within(Number.POSITIVE_INFINITY);

/** Replays on the running stack. @returns whether it is done; false if paused */
export async function replayLocally(stack: StackFile, asked: LocalReplay): Promise<boolean> {
  const { selection, to, create, sliceMs, lateToo } = asked;
  const { endpoints } = stack;
  const [s3, dynamodb, cluster] = [s3Of(endpoints), dynamodbOf(endpoints), new Cluster(endpoints.kafka)];
  const target = kafkaTarget(cluster, to);
  const archive = archiveIn(nameIn(stack, 'ArchiveBucket'), s3, NO_TIME_LIMIT);
  const checkpoints = dynamodbCheckpoints(nameIn(stack, 'CheckpointsTable'), dynamodb);
  const group = COUNTED[to]?.pacedBy;
  const isPaced = group !== undefined && sliceMs !== undefined;

  async function windows(): Promise<Checked['windows']> {
    if (!(to in COUNTED)) return undefined;
    const store = dynamodbWindows({ client: dynamodb, table: nameIn(stack, 'WindowsTable'), retentionSeconds: 0 });
    return { streamTime: await latestStreamTime(store, within(ASK_MS)), allowedMs: ALLOWED_LATENESS_MS };
  }

  try {
    return await withAdmin(kafkaOf(endpoints, 'replay'), async (admin) => {
      if (!(await admin.listTopics()).includes(to)) {
        if (!create) throw new UsageError(`there is no topic ${to}: create it, or add --create`);
        const { objects } = await archive.list(selection.topic);
        await createCopy(admin, selection.topic, to, Math.max(0, ...objects.map(({ partition }) => partition)) + 1);
      }
      return runReplay({
        ...asked,
        archive,
        target,
        rate: asked.rate,
        checkpoint: async (id) => (await checkpoints.read(id, within(ASK_MS))).next,
        reached: isPaced ? followedBy(cluster, to, group, console.log) : undefined,
        say: (line) => console.log(line),
        check: async (plan) => {
          const configs = await configsOf(admin, to);
          const checked = { topic: to, configs, ...plan, now: Date.now(), windows: await windows() };
          const late = lateToo ? undefined : lateOnes(checked);
          const found = [...obstacles(checked), ...(late === undefined ? [] : [late])];
          if (found.length > 0) throw new Error(found.join('; '));
        },
      });
    });
  } finally {
    await target.close();
    await cluster.disconnect();
    s3.destroy();
    dynamodb.destroy();
  }
}
