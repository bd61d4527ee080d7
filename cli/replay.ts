import { readStack, type StackFile } from '#local/stack-file.ts';
import { type Command, EXIT, numberOption, runCommand, UsageError } from './command.ts';
import { STAGE, stageOptions } from './dlq/options.ts';
import { replayLocally } from './replay/local.ts';
import { aheadOf, idOf, OPTIONS as OWN, selectionOf } from './replay/options.ts';
import { replayOnStage } from './replay/stage.ts';

const USAGE = `
Usage: npm run replay -- TOPIC [options]

Produces a topic's records from the archive in S3: to the topic itself, if it was lost and is empty, or to another one.
Each record keeps its bytes, key, headers, timestamp, partition and order. The command reads the archive first, and
refuses one with a fault. At the end it reads the records back and compares them. Ctrl-C pauses it. The same command
continues, also after a kill: it learns from the target what is there.

  --to TOPIC          another topic for the records (the topic itself)
  --create            create the topic if there is none (not with --stage); it keeps its records for ever
  --since T           only records from that time on, in ISO 8601
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

A deployed stage, where a function does the work, a quarter of an hour in each call, and waits for no other function:
  --stage STAGE, --region REGION, --aws-profile NAME, --param NAME=VALUE

Examples:
  npm run replay -- orders --dry-run
  npm run replay -- orders --to orders-tuesday --create --since 2026-11-24 --until 2026-11-25
`;

const OPTIONS = { ...OWN, ...STAGE } as const;

/** @param findStack finds the running stack; a test passes its own */
export const replayCommand = (findStack: () => Promise<StackFile> = readStack): Command<typeof OPTIONS> => ({
  name: 'replay',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals: [topic, ...more], signal }) {
    if (topic === undefined || more.length > 0)
      throw new UsageError('give one topic, as in: npm run replay -- orders --dry-run');
    const selection = selectionOf(topic, values);
    const to = values.to ?? topic;
    const rate = values.rate === undefined ? undefined : numberOption('rate', values.rate, { min: 1 });
    const asked = {
      selection,
      to,
      id: values.id ?? idOf(selection, to),
      asNew: values['as-new'] ?? false,
      lateToo: values['late-too'] ?? false,
      dryRun: values['dry-run'] ?? false,
      ...(rate !== undefined && { rate }),
    };
    const sliceMs = aheadOf(values.ahead);
    const done =
      values.stage === undefined
        ? await replayLocally(await findStack(), { ...asked, create: values.create ?? false, sliceMs, signal })
        : await replayOnStage(asked, stageOptions(values), signal);
    return done ? EXIT.ok : EXIT.failed;
  },
});

if (import.meta.main) process.exit(await runCommand(replayCommand()));
