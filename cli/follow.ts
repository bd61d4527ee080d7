import { kafkaOf } from '#local/deploy/servers.ts';
import { readStack, type StackFile } from '#local/stack-file.ts';
import { findArchived } from '#proof/follow/archived.ts';
import { coordinatesOf } from '#proof/follow/coordinates.ts';
import { documentText, findDocuments } from '#proof/follow/documents.ts';
import { findItems } from '#proof/follow/items.ts';
import { findRecords } from '#proof/follow/records.ts';
import { findRows } from '#proof/follow/rows.ts';
import { placesOf } from '#proof/places.ts';
import { nameOf } from '#proof/world.ts';
import { type Command, EXIT, messageOf, runCommand, UsageError } from './command.ts';
import { escaped, recordText } from './text/record-text.ts';
import { partitionsOf, withAdmin } from './topic.ts';

const USAGE = `
Usage: npm run follow -- SOURCE

Follows one record through the running stack. Prints the record, the records produced from it, its dead letter, its
lines in the S3 archive, its PostgreSQL rows, its DynamoDB items and its OpenSearch documents. SOURCE is
<topic>-<partition>-<offset>, as \`produce\` and \`tail\` print it. The exit code is 1 if nothing is found.

Example: npm run follow -- raw-data-topic-0-15
`;

/** @param findStack finds the running stack; a test passes its own */
export const follow = (findStack: () => Promise<StackFile> = readStack): Command<Record<never, never>> => ({
  name: 'follow',
  usage: USAGE,
  options: {},
  async run({ positionals: [source, ...more], signal }) {
    // This command only reads, so Ctrl-C ends it at once.
    signal.addEventListener('abort', () => process.exit(130));
    if (source === undefined || more.length > 0)
      throw new UsageError('give one source, as in: npm run follow -- raw-data-topic-0-15');
    const asked = coordinatesOf(source);
    if (asked === undefined)
      throw new UsageError(
        `"${source}" is no source; a source is <topic>-<partition>-<offset>, such as raw-data-topic-0-15`,
      );
    const { endpoints, references = {}, servers } = await findStack();
    await withAdmin(kafkaOf(endpoints, 'follow'), (admin) => partitionsOf(admin, asked.topic));
    const { kafka, stores } = placesOf(endpoints, references);

    const { origin, record, produced } = await findRecords(kafka, asked);
    const name = nameOf(origin);
    const inTopics = [...(record ? [record] : []), ...produced];
    if (name !== nameOf(asked)) console.log(`${nameOf(asked)} came from ${name}`);
    show('record', record ? [recordText(record)] : []);
    show('produced', produced.map(recordText));

    const inStores = [
      await section('s3', servers.includes('s3'), async () => {
        const found = [];
        for (const place of [origin, ...produced]) {
          for (const { object, line } of await findArchived(stores.s3, place))
            found.push(`${nameOf(place)}  ${object} line ${line}`);
        }
        return found;
      }),
      await section('rds', servers.includes('postgres'), async () =>
        (await findRows(stores.rds.postgres, name)).map(({ table, row }) => `${table}  ${JSON.stringify(row)}`),
      ),
      await section('dynamodb', record !== undefined, async () => {
        const found = record === undefined ? [] : await findItems(stores.dynamodb, record, inTopics);
        return found.map(
          ({ table, item, holds }) => `${table}  ${JSON.stringify(item)}${holds ? '' : '  (a newer one)'}`,
        );
      }),
      await section('opensearch', servers.includes('opensearch'), async () =>
        (await findDocuments(stores.opensearch, name)).map(documentText),
      ),
    ];
    return inTopics.length + inStores.reduce((sum, count) => sum + count, 0) === 0 ? EXIT.failed : EXIT.ok;
  },
});

/** Shows what a store has. If it doesn't answer, shows the error instead. @returns the number of lines found */
async function section(title: string, isThere: boolean, find: () => Promise<string[]>): Promise<number> {
  if (!isThere) return show(title, []);
  try {
    return show(title, await find());
  } catch (error) {
    show(title, [`can't be read: ${messageOf(error)}`]);
    return 0;
  }
}

function show(title: string, lines: readonly string[]): number {
  console.log([title, ...(lines.length > 0 ? lines : ['-']).map((line) => `  ${escaped(line)}`)].join('\n'));
  return lines.length;
}

if (import.meta.main) process.exit(await runCommand(follow()));
