import { S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import { kafkaAuth, positive, readConfiguration, text } from '#lib/configuration.ts';
import { invocationDeadline } from '#lib/deadline.ts';
import { bootstrapBrokers } from '#lib/kafka/client/bootstrap.ts';
import { createProducer } from '#lib/kafka/client/producer.ts';
import { topicReader } from '#lib/kafka/client/topic-reader.ts';
import { oneAttempt } from '#lib/stores/call.ts';
import { archiveIn } from './archive/store.ts';
import { lateOnes, obstacles, unevenOnes } from './replay/checks.ts';
import { kafkajsTarget } from './replay/kafkajs-target.ts';
import { runReplay } from './replay/run.ts';
import type { Selection } from './replay/selection.ts';
import { COUNTED } from './replay/windows.ts';

const config = readConfiguration({
  KAFKA_AUTH: kafkaAuth,
  ARCHIVE_BUCKET: text,
  ALLOWED_LATENESS_SECONDS: positive,
  RETENTION_MS: positive,
  DEAD_LETTER_RETENTION_MS: positive,
});

export interface ReplayRequest {
  readonly selection: Selection;
  readonly to: string;
  readonly id: string;
  readonly asNew: boolean;
  readonly lateToo: boolean;
  readonly dryRun: boolean;
  readonly rate?: number;
  /** the latest stream time of the windows, ms; absent before the first order */
  readonly streamTime?: number;
}

export interface ReplayPage {
  /** false: call again with the same request, to continue */
  readonly done: boolean;
  readonly said: readonly string[];
}

const TIMEOUT_MS = 10_000;
/** ms of an invocation in which no further round begins */
const REST_MS = 60_000;

/**
 * A page of `npm run replay -- … --stage STAGE`: replays until its time is nearly over. The next call learns from the
 * target how far this one came, as after a pause.
 */
export async function handler(request: ReplayRequest, context: Context): Promise<ReplayPage> {
  const { to, rate, lateToo, streamTime } = request;
  const deadline = invocationDeadline(context);
  const bootstrapServers = await bootstrapBrokers();
  const client = { auth: config.KAFKA_AUTH, clientId: 'replay', timeoutMs: TIMEOUT_MS };
  const reader = await topicReader({ ...client, bootstrapServers });
  const producer = createProducer({ ...client, limits: {}, attemptMs: TIMEOUT_MS, retries: 'never' });
  const allowedMs = config.ALLOWED_LATENESS_SECONDS * 1000;
  const pause = AbortSignal.timeout(Math.max(1, Math.floor(deadline.remaining() - REST_MS)));
  const said: string[] = [];
  try {
    const done = await runReplay({
      ...request,
      archive: archiveIn(config.ARCHIVE_BUCKET, new S3Client(oneAttempt), deadline),
      // verifyArchive has compared the archive with its checkpoints.
      checkpoint: async () => 0,
      target: kafkajsTarget({ topic: to, bootstrapServers, reader, producer, deadline }),
      rate,
      sliceMs: undefined,
      reached: undefined,
      say: (line) => said.push(line),
      signal: pause,
      check: async (plan) => {
        const windows = to in COUNTED ? { streamTime: streamTime ?? Number.NEGATIVE_INFINITY, allowedMs } : undefined;
        const retention = to.endsWith('-dlq') ? config.DEAD_LETTER_RETENTION_MS : config.RETENTION_MS;
        const configs = new Map([['retention.ms', String(retention)]]);
        const checked = { topic: to, configs, ...plan, now: Date.now(), windows };
        const late = lateToo ? [] : [lateOnes(checked), unevenOnes(checked)];
        const found = [...obstacles(checked), ...late.filter((reason) => reason !== undefined)];
        if (found.length > 0) throw new Error(found.join('; '));
      },
    });
    return { done, said };
  } finally {
    await Promise.all([reader.close(), producer.close()]);
  }
}
