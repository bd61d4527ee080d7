import * as z from 'zod';
import type { Deadline } from '#lib/deadline.ts';
import type { ClientOptions } from '#lib/kafka/client/client.ts';
import { type AnyProducer, createProducer } from '#lib/kafka/client/producer.ts';
import { type TopicReader, topicReader } from '#lib/kafka/client/topic-reader.ts';
import { type Answers, type Requests, requestSchemas } from './requests.ts';
import { redriveService, type Service } from './service.ts';

export type Action = keyof Requests;
export type Request<A extends Action> = { action: A } & Requests[A];

export interface ClusterAt {
  readonly auth: ClientOptions['auth'];
  readonly bootstrapServers: string;
}

const TIMEOUT_MS = 10_000;
const clientId = 'redrive';

/** A reader, and a producer that never repeats a send by itself: its caller must know what is stored. */
export async function connect(cluster: ClusterAt): Promise<{ reader: TopicReader; producer: AnyProducer }> {
  const reader = await topicReader({ ...cluster, clientId, timeoutMs: TIMEOUT_MS });
  const limits = { clientId, limits: {}, attemptMs: TIMEOUT_MS } as const;
  return { reader, producer: createProducer({ ...cluster, ...limits, retries: 'never' }) };
}

/**
 * Answers one request, with connections of its own.
 * @throws Error where the request is wrong, or the brokers don't answer
 */
export async function answer<A extends Action>(
  { action, ...request }: Request<A>,
  cluster: ClusterAt,
  deadline: Deadline,
): Promise<Answers[A]> {
  const schema = requestSchemas[action];
  if (schema === undefined) throw new Error(`action: one of ${Object.keys(requestSchemas).join(', ')}`);
  const parsed = schema.safeParse(request);
  if (!parsed.success) throw new Error(`a wrong request: ${z.prettifyError(parsed.error)}`);

  const { reader, producer } = await connect(cluster);
  try {
    const service: Service = redriveService({ reader, producer, bootstrapServers: cluster.bootstrapServers });
    return await service[action](parsed.data as Requests[A], deadline);
  } finally {
    await Promise.all([reader.close(), producer.close()]);
  }
}
