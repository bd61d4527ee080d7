import type { Client } from '@opensearch-project/opensearch';
import { type Deadline, retry } from '#lib/deadline.ts';
import { type PipelineError, TransientError, toPipelineError } from '#lib/errors.ts';
import { type Failure, recordsOf } from '#lib/kafka/batch.ts';
import { eachRecord } from '#lib/kafka/outcome.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { REQUEST_MS } from '#lib/stores/search.ts';
import type { Sink } from '../sink.ts';
import { type AlertDocument, documentOf } from './document.ts';
import { type BulkItem, failureOf } from './outcome.ts';

/** Far below the 10 MiB that the smallest instances of Amazon OpenSearch take in a request. */
const BULK_BYTES = 4 * 1024 * 1024;

interface Creation {
  readonly record: KafkaRecord;
  readonly document: AlertDocument;
  /** In the request. */
  readonly bytes: number;
}

/**
 * Creates each alert as a document under its identity, by `_bulk`: one request a batch, more where the documents are
 * over 4 MiB. What is there already stays as it is. What OpenSearch refuses for what it is, fails alone.
 */
export function openSearchSink(client: Pick<Client, 'bulk'>): Sink {
  /** One attempt at what is `waiting`; what is still to be done stays there. @throws TransientError where some is */
  async function attempt(waiting: Set<Creation>, refused: Failure[], deadline: Deadline): Promise<void> {
    const creations = [...waiting];
    const items = await bulk(client, creations, Math.max(1, Math.min(REQUEST_MS, deadline.remaining())));
    let transient: PipelineError | undefined;
    for (const [index, creation] of creations.entries()) {
      const item = items[index];
      const error = item ? failureOf(item) : new TransientError('OPENSEARCH', 'OpenSearch left an item unanswered');
      if (error?.retriable) {
        transient ??= error;
        continue;
      }
      waiting.delete(creation);
      if (error) refused.push({ record: creation.record, error });
    }
    if (transient) throw transient;
  }

  async function create(creations: readonly Creation[], deadline: Deadline): Promise<Failure[]> {
    const waiting = new Set(creations);
    const refused: Failure[] = [];
    try {
      await retry(() => attempt(waiting, refused, deadline), { deadline });
      return refused;
    } catch (thrown) {
      const error = toPipelineError(thrown);
      return [...refused, ...[...waiting].map(({ record }) => ({ record, error }))];
    }
  }

  return {
    // A mapping that is not that of the template refuses every alert.
    isAmbiguous: (code) => code.startsWith('OPENSEARCH_'),
    async write(batch) {
      const { done, failures } = eachRecord(recordsOf(batch), creationOf);
      // One after the other: a cluster that is behind gets no more at a time.
      for (const chunk of chunksOf(done.map(({ result }) => result))) {
        failures.push(...(await create(chunk, batch.deadline)));
      }
      return failures;
    },
  };
}

function creationOf(record: KafkaRecord): Creation {
  const document = documentOf(record);
  return { record, document, bytes: Buffer.byteLength(JSON.stringify(document)) };
}

function chunksOf(creations: readonly Creation[]): Creation[][] {
  const chunks: Creation[][] = [];
  let room = 0;
  for (const creation of creations) {
    if (creation.bytes > room || chunks.length === 0) {
      chunks.push([]);
      room = BULK_BYTES;
    }
    chunks.at(-1)?.push(creation);
    room -= creation.bytes;
  }
  return chunks;
}

/** @throws TransientError where the request as a whole failed: it is the cluster's fault, or the deployment's */
async function bulk(
  client: Pick<Client, 'bulk'>,
  creations: readonly Creation[],
  requestTimeout: number,
): Promise<BulkItem[]> {
  try {
    const body = creations.flatMap(({ document: { index, id, source } }) => [
      { create: { _index: index, _id: id } },
      source,
    ]);
    const response = await client.bulk({ body }, { requestTimeout });
    return response.body.items.map((item) => item.create as BulkItem);
  } catch (error) {
    const { name, statusCode } = error as Error & { statusCode?: number };
    throw new TransientError('OPENSEARCH', `OpenSearch failed: ${[name, statusCode].filter(Boolean).join(' ')}`, {
      cause: error,
    });
  }
}
