import { type Deadline, retry } from '#lib/deadline.ts';
import { type PipelineError, TransientError, toPipelineError } from '#lib/errors.ts';
import { type Failure, recordsOf } from '#lib/kafka/batch.ts';
import { eachRecord } from '#lib/kafka/outcome.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { inStoreSpan } from '#lib/spans.ts';
import { REQUEST_MS, type SearchClient } from '#lib/stores/search.ts';
import { chunksOf } from '../chunks.ts';
import type { Sink } from '../sink.ts';
import { documentOf, type IndexedDocument } from './document.ts';
import { type BulkItem, clusterError, failureOf } from './outcome.ts';

/** Far below 10 MiB, the largest request for the smallest instances of Amazon OpenSearch Service. */
const BULK_BYTES = 4 * 1024 * 1024;

interface Creation {
  readonly record: KafkaRecord;
  readonly document: IndexedDocument;
  readonly bytes: number;
}

/**
 * Creates each alert as a document under its identity with `_bulk`: one request per batch, or one per 4 MiB of
 * documents. A document that exists already stays unchanged. A document that OpenSearch rejects fails alone.
 */
export function openSearchSink(client: Pick<SearchClient, 'send'>): Sink {
  /** One attempt. Removes from `waiting` what is done. @throws TransientError where something is left */
  async function attempt(waiting: Set<Creation>, rejected: Failure[], deadline: Deadline): Promise<void> {
    const creations = [...waiting];
    const items = await bulk(client, creations, Math.max(1, Math.min(REQUEST_MS, deadline.remaining())));
    let transient: PipelineError | undefined;
    for (const [index, creation] of creations.entries()) {
      const item = items[index];
      const error = item ? failureOf(item) : new TransientError('OPENSEARCH', 'OpenSearch did not answer for an item');
      if (error?.retriable) {
        transient ??= error;
        continue;
      }
      waiting.delete(creation);
      if (error) rejected.push({ record: creation.record, error });
    }
    if (transient) throw transient;
  }

  async function create(creations: readonly Creation[], deadline: Deadline): Promise<Failure[]> {
    const waiting = new Set(creations);
    const rejected: Failure[] = [];
    try {
      await retry(() => attempt(waiting, rejected, deadline), { deadline });
      return rejected;
    } catch (thrown) {
      const error = toPipelineError(thrown);
      return [...rejected, ...[...waiting].map(({ record }) => ({ record, error }))];
    }
  }

  return {
    // With a mapping that differs from the template, OpenSearch may reject every alert.
    isAmbiguous: (code) => code.startsWith('OPENSEARCH_'),
    async write(batch) {
      const { done, failures } = eachRecord(recordsOf(batch), creationOf);
      const creations = done.map(({ result }) => result);
      // Sequential, so that a slow cluster isn't overloaded.
      for (const chunk of chunksOf(creations, BULK_BYTES)) failures.push(...(await create(chunk, batch.deadline)));
      return failures;
    },
  };
}

function creationOf(record: KafkaRecord): Creation {
  const document = documentOf(record);
  return { record, document, bytes: Buffer.byteLength(JSON.stringify(document)) };
}

/** @throws TransientError where the whole request failed */
async function bulk(
  client: Pick<SearchClient, 'send'>,
  creations: readonly Creation[],
  timeoutMs: number,
): Promise<BulkItem[]> {
  try {
    const body = creations.flatMap(({ document: { index, id, source } }) => [
      { create: { _index: index, _id: id } },
      source,
    ]);
    const records = creations.map(({ record }) => record);
    const answer = await inStoreSpan({ store: 'OPENSEARCH', operation: 'bulk', records }, () =>
      client.send({ method: 'POST', path: '/_bulk', body, timeoutMs }),
    );
    return (answer as { items: { create: BulkItem }[] }).items.map(({ create }) => create);
  } catch (error) {
    throw clusterError(error);
  }
}
