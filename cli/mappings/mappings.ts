import { readStack, type StackFile } from '#local/stack-file.ts';
import { type Command, EXIT, runCommand, UsageError } from '../command.ts';
import { escaped } from '../text/record-text.ts';
import { tableText } from '../text/table.ts';
import { type Lambda, lambdaOfRun, lambdaOfStage } from './client.ts';
import { chosen, type Listed, listMappings, nameOf, switchMapping } from './event-source-mappings.ts';

const USAGE = `
Usage: npm run mappings -- list | stop NAME [TOPIC] | start NAME [TOPIC]

Switches event source mappings off and on, of the running stack or of a deployed stage. A mapping that is switched off
finishes and commits its batches in flight, and reads nothing more: records wait in their topic, as long as the topic
keeps them. Switched on again, it continues where it had committed. The command waits until the switch is complete.

  list             the mappings, their states and UUIDs
  stop NAME        switches off all mappings of a function, such as processOrder, or one by its UUID
  start NAME       switches them on
  TOPIC            only the mapping that reads this topic

  --json           prints the list as JSON
  --stage STAGE, --region REGION, --aws-profile NAME
                   a deployed stage, with your own AWS credentials: they need lambda:ListEventSourceMappings,
                   GetEventSourceMapping and UpdateEventSourceMapping.

Exit codes: 0 done, 1 failed or stopped by Ctrl-C (the switch itself goes on), 2 wrong arguments.
Examples:
  npm run mappings -- stop upsertIntoDynamodb processed-orders
  npm run mappings -- list --stage dev
`;

const OPTIONS = {
  json: { type: 'boolean', default: false },
  stage: { type: 'string' },
  region: { type: 'string' },
  'aws-profile': { type: 'string' },
} as const;

const TO: Readonly<Record<string, boolean>> = { start: true, stop: false };

/** @param findStack finds the running stack; a test passes its own */
export const mappings = (findStack: () => Promise<StackFile> = readStack): Command<typeof OPTIONS> => ({
  name: 'mappings',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals: [action = 'list', name, topic, ...more], signal }) {
    const { stage, region, 'aws-profile': profile } = values;
    const enabled = TO[action];
    if (action !== 'list' && enabled === undefined)
      throw new UsageError(`give list, stop NAME or start NAME, not "${action}"`);
    if ((enabled === undefined) !== (name === undefined) || more.length > 0)
      throw new UsageError(
        enabled === undefined
          ? 'list takes no name'
          : `name a function, as in: npm run mappings -- ${action} processOrder`,
      );
    const lambda = stage === undefined ? lambdaOfRun(await findStack()) : lambdaOfStage(stage, region, profile);
    try {
      const all = await listMappings(lambda);
      if (name === undefined || enabled === undefined) return show(all, values.json);
      return await switchAll(lambda, chosen(all, name, topic), enabled, signal);
    } finally {
      lambda.client.destroy();
    }
  },
});

function show(all: readonly Listed[], json: boolean): number {
  const columns = ['function', 'topic', 'state', 'uuid', 'lastResult'] as const;
  if (json) console.log(JSON.stringify(all, undefined, 2));
  else
    console.log(
      tableText(
        columns,
        all.map((mapping) => columns.map((column) => escaped(mapping[column]))),
        [],
      ),
    );
  return EXIT.ok;
}

async function switchAll(
  lambda: Lambda,
  all: readonly Listed[],
  enabled: boolean,
  signal: AbortSignal,
): Promise<number> {
  await Promise.all(
    all.map(async (mapping) => {
      const changed = await switchMapping(lambda, mapping, enabled, { signal });
      console.log(`${nameOf(mapping)} is ${changed ? '' : 'already '}${enabled ? 'Enabled' : 'Disabled'}`);
    }),
  );
  return EXIT.ok;
}

if (import.meta.main) process.exit(await runCommand(mappings()));
