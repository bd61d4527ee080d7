import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@opensearch-project/opensearch';
import { readStack, type StackFile } from '#local/stack-file.ts';
import { momentOf } from './alerts/query.ts';
import { type Command, EXIT, numberOption, runCommand, UsageError } from './command.ts';
import type { LogEntry } from './logs/entries.ts';
import { LEVELS, type Level, openLogIndex, queryOf, type Wanted } from './logs/search.ts';
import { entryText } from './logs/text.ts';

const USAGE = `
Usage: npm run logs -- [--function NAME] [--level LEVEL] [--trace ID] [--since 5m] [--follow] [--json]

Searches the functions' log in OpenSearch of the running stack, and prints the newest lines, oldest first. Each search
first indexes the lines that were written since the last one. Metrics are left out. Without OpenSearch, search the file
whose path npm start prints.

  --function NAME  only lines of this function, such as processOrder
  --level LEVEL    only lines of this level or a more serious one: ${LEVELS.join(', ')}
  --trace ID       only lines of this trace; npm run follow shows the id of a record's trace
  --since TIME     only lines since then: 90s, 15m, 1h or 7d ago, or a time in ISO 8601 (the whole run)
  --limit N        prints at most N lines (default 100, maximum 10000)
  --follow         goes on with the lines that are written from now on, until Ctrl-C
  --json           prints each line as JSON

The exit code is 1 if no line is found. Examples:
  npm run logs -- --function processOrder --since 5m --level error
  npm run logs -- --trace 0af7651916cd43dd8448eb211c80319c
`;

const OPTIONS = {
  function: { type: 'string' },
  level: { type: 'string' },
  trace: { type: 'string' },
  since: { type: 'string' },
  limit: { type: 'string', default: '100' },
  follow: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

const FOLLOW_MS = 1_000;

/** @param findStack finds the running stack; a test passes its own */
export const logs = (findStack: () => Promise<StackFile> = readStack): Command<typeof OPTIONS> => ({
  name: 'logs',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals, signal }) {
    if (positionals.length > 0)
      throw new UsageError(`"${positionals[0]}" is not an option; to name a function: --function ${positionals[0]}`);
    const { level, since, trace } = values;
    if (!isLevel(level)) throw new UsageError(`--level takes ${LEVELS.join(', ')}, not "${level}"`);
    if (trace !== undefined && !/^[0-9a-f]{32}$/.test(trace))
      throw new UsageError(`--trace takes the 32 digits of a trace's id, not "${trace}"`);
    const limit = numberOption('limit', values.limit, { min: 1, max: 10_000, integer: true });
    const from = since === undefined ? undefined : momentOf(since, Date.now());
    const wanted: Wanted = { service: values.function, level, trace, since: from };

    const { endpoints, servers, log, pid, started } = await findStack();
    if (log === undefined) throw new Error('the running stack has no log of functions');
    if (!servers.includes('opensearch'))
      throw new Error(`the running stack has no OpenSearch, which needs the fleet and Java 21; search the file ${log}`);
    const client = new Client({ node: endpoints.opensearch, maxRetries: 0 });
    const show = (entries: readonly LogEntry[]) => {
      for (const entry of entries) console.log(values.json ? JSON.stringify(entry) : entryText(entry));
    };
    try {
      const index = await openLogIndex(client, `function-logs-${pid}-${started}`.toLowerCase(), log);
      await index.ship();
      const { entries, total } = await index.search(queryOf(wanted), limit);
      show(entries);
      if (total > entries.length)
        console.error(`the newest ${entries.length} of ${total} lines; --limit N prints more`);
      for (let last = entries.at(-1)?.offset; values.follow && !signal.aborted; ) {
        await sleep(FOLLOW_MS, undefined, { signal }).catch(() => undefined);
        await index.ship();
        const { entries: more } = await index.search(queryOf(wanted, last ?? -1), 10_000);
        show(more);
        last = more.at(-1)?.offset ?? last;
      }
      return total > 0 || values.follow ? EXIT.ok : EXIT.failed;
    } finally {
      await client.close();
    }
  },
});

function isLevel(text: string | undefined): text is Level | undefined {
  return text === undefined || LEVELS.some((level) => level === text);
}

if (import.meta.main) process.exit(await runCommand(logs()));
