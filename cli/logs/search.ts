import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@opensearch-project/opensearch';
import { ROOT } from '#local/stack-file.ts';
import { entriesAfter, type LogEntry, type Position } from './entries.ts';

/** Which lines to show. */
export interface Wanted {
  readonly service?: string | undefined;
  readonly trace?: string | undefined;
  /** of this level or a more serious one */
  readonly level?: Level | undefined;
  /** ms since the epoch */
  readonly since?: number | undefined;
}

/** From the least serious to the most. */
export const LEVELS = ['debug', 'info', 'warn', 'error', 'critical'] as const;
export type Level = (typeof LEVELS)[number];

const template = join(ROOT, 'observability', 'shipping', 'index-template.json');

/** A query for these lines; `after`: only lines that begin behind this place of the file. */
export function queryOf({ service, trace, level, since }: Wanted, after?: number): object {
  const filter: object[] = [];
  if (service !== undefined) filter.push({ term: { 'service.name': service } });
  if (trace !== undefined) filter.push({ term: { 'trace.id': trace } });
  if (level !== undefined) filter.push({ terms: { 'log.level': LEVELS.slice(LEVELS.indexOf(level)) } });
  if (since !== undefined) filter.push({ range: { '@timestamp': { gte: since } } });
  if (after !== undefined) filter.push({ range: { offset: { gt: after } } });
  return { bool: { filter } };
}

/** The functions' log of a run in an index of its own. */
export interface LogIndex {
  /** Indexes the lines of the file that the index lacks, and makes them visible. */
  ship(): Promise<void>;
  /** @returns the newest lines, in the order of the file, and how many there are in all */
  search(query: object, limit: number): Promise<{ entries: LogEntry[]; total: number }>;
}

/** @throws Error where OpenSearch doesn't answer, or refuses a line */
export async function openLogIndex(client: Client, index: string, file: string): Promise<LogIndex> {
  const { body: exists } = await client.indices.exists({ index });
  if (!exists) {
    const { template: body } = JSON.parse(readFileSync(template, 'utf8')) as { template: object };
    await client.indices.create({ index, body });
  }
  let position = await lastPosition(client, index);

  return {
    async ship() {
      for await (const part of entriesAfter(file, position)) {
        if (part.entries.length > 0) await bulk(client, index, part.entries);
        position = part.position;
      }
      await client.indices.refresh({ index });
    },
    async search(query, size) {
      const sort = [{ offset: { order: 'desc' as const } }];
      const { body } = await client.search({ index, body: { query, size, sort, track_total_hits: true } });
      const { total, hits } = body.hits;
      const entries = hits.map(({ _source }) => _source as LogEntry).toReversed();
      return { entries, total: typeof total === 'object' ? total.value : (total ?? 0) };
    },
  };
}

/** Another command may have indexed a part of the file. Its last line is indexed once more, under the same id. */
async function lastPosition(client: Client, index: string): Promise<Position> {
  const sort = [{ offset: { order: 'desc' as const } }];
  const { body } = await client.search({ index, body: { size: 1, sort } });
  const last = body.hits.hits[0]?._source as LogEntry | undefined;
  return last === undefined
    ? { offset: 0, time: new Date(0).toISOString() }
    : { offset: last.offset, time: last['@timestamp'] };
}

async function bulk(client: Client, index: string, entries: readonly LogEntry[]): Promise<void> {
  const { body } = await client.bulk({
    index,
    body: entries.flatMap((entry) => [{ index: { _id: String(entry.offset) } }, entry]),
  });
  if (!body.errors) return;
  const error = body.items.map((item) => item.index?.error).find((own) => own !== undefined);
  throw new Error(`OpenSearch refused a line of the log: ${error?.type}, ${error?.reason}`);
}
