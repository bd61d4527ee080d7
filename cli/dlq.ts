import { type Ask, lettersOf, localService } from '#functions/ops/redrive/ask.ts';
import { planRedrive, startOf } from '#functions/ops/redrive/plan.ts';
import { runRedrive } from '#functions/ops/redrive/run.ts';
import { deadLetterTopics } from '#functions/sinks/routes.ts';
import { s3Of } from '#local/deploy/servers.ts';
import { clusterAt } from '#local/kafkajs-options.ts';
import { readStack, type StackFile } from '#local/stack-file.ts';
import { type Command, EXIT, numberOption, runCommand, UsageError } from './command.ts';
import { documentsAt, operatorS3 } from './dlq/on-failure/read.ts';
import { onFailureService } from './dlq/on-failure/service.ts';
import { FILTERS, filterOf, placeOf, STAGE, stageOptions } from './dlq/options.ts';
import { readersOf } from './dlq/readers.ts';
import { stageService } from './dlq/stage.ts';
import { causesText, planText, resultText } from './dlq/text.ts';

const USAGE = `
Usage: npm run dlq -- list [TOPIC]             how many dead letters, by function and cause
       npm run dlq -- show TOPIC|LETTER        what is in them; LETTER is <topic>-<partition>-<offset>
       npm run dlq -- redrive TOPIC|LETTER     sends their records back to their topics
       npm run dlq -- list|show|redrive --from FILE|s3://BUCKET/PREFIX|-

Works on the running stack, or with --stage on a deployed one. TOPIC is a dead-letter topic, or the on-failure topic of a
mapping. docs/dead-letters.md says what a redrive guarantees.

With --from, the records are those that a mapping gave up, as Lambda wrote them to its on-failure destination: a file of
JSON (also the answer of "aws sqs receive-message"), - for standard input, or objects of S3.

Which dead letters:
  --code CODE        with this cause; may be repeated
  --function NAME    of this function; may be repeated
  --source TOPIC     of records of this topic; may be repeated
  --since, --until   written since or before then: 90s, 15m, 1h or 7d ago, or a time in ISO 8601
  --partition N      in this partition of the dead-letter topic
  --offsets A-B      with these offsets in the dead-letter topic

show:
  --limit N          at most N letters (10)
  --reveal           also personal fields, keys, headers' values and values that can't be decoded

redrive:
  --dry-run          only says what would be sent
  --rate N           at most N records per second (200)
  --id ID            goes on with a redrive that was stopped; use its other options again
  --force            also records that were redriven 3 times, records of a compacted topic, and records that may have
                     given results

A deployed stage:
  --stage STAGE, --region REGION, --aws-profile NAME, --param NAME=VALUE

Example: npm run dlq -- redrive orders-dlq --code UNKNOWN_PRODUCT --dry-run
`;

const OPTIONS = {
  ...FILTERS,
  ...STAGE,
  from: { type: 'string' },
  limit: { type: 'string', default: '10' },
  reveal: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  rate: { type: 'string', default: '200' },
  id: { type: 'string' },
  force: { type: 'boolean', default: false },
} as const;

type Input = Parameters<Command<typeof OPTIONS>['run']>[0];
type Verb = (ask: Ask, place: string | undefined, input: Input) => Promise<number | undefined>;

const verbs: Readonly<Record<string, Verb>> = { list, show, redrive };
const TOPICS = new Set(deadLetterTopics);

/** @param findStack finds the running stack; a test passes its own */
export const dlq = (findStack: () => Promise<StackFile> = readStack): Command<typeof OPTIONS> => ({
  name: 'dlq',
  usage: USAGE,
  options: OPTIONS,
  async run(input) {
    const [name = '', place, ...more] = input.positionals;
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (verb === undefined) throw new UsageError(`give one of ${Object.keys(verbs).join(', ')}`);
    if (more.length > 0) throw new UsageError(`give one topic, not also "${more[0]}"`);
    const { stage, from, partition, offsets } = input.values;
    if (from !== undefined && (place ?? partition ?? offsets) !== undefined)
      throw new UsageError('--from takes no topic, --partition or --offsets');
    if (place === undefined && from === undefined && verb !== list)
      throw new UsageError(`${name} needs a dead-letter topic, such as orders-dlq`);
    filterOf(input.values);
    const stack = stage === undefined ? await findStack() : undefined;
    const ask = stack ? localService(clusterAt(stack.endpoints.kafka)) : stageService(stageOptions(input.values));
    if (from === undefined) return (await verb(ask, place, input)) ?? EXIT.ok;
    const documents = await documentsAt(from, () => (stack ? s3Of(stack.endpoints) : operatorS3(input.values)));
    return (await verb(onFailureService(ask, documents), from, input)) ?? EXIT.ok;
  },
});

async function list(ask: Ask, place: string | undefined, { values }: Input): Promise<undefined> {
  const places = (place === undefined ? [...TOPICS] : [place]).map((text) => chosen(text, values));
  const found = new Map<string, Awaited<ReturnType<typeof lettersOf>>['letters']>();
  for (const own of places) {
    const { letters, others } = await lettersOf(ask, own);
    found.set(own.topic, letters);
    if (others > 0) console.error(`${own.topic}: ${others} records are no dead letters`);
  }
  console.log(causesText(found));
}

async function show(ask: Ask, place: string | undefined, { values }: Input): Promise<undefined> {
  const limit = numberOption('limit', values.limit, { min: 1, max: 1_000, integer: true });
  const { shown } = await ask('show', { ...chosen(place ?? '', values), limit, reveal: values.reveal });
  console.log(shown.length === 0 ? 'no such dead letter' : shown.join('\n\n'));
}

async function redrive(ask: Ask, place: string | undefined, { values, signal }: Input): Promise<number> {
  const { id, force } = values;
  if (id !== undefined && startOf(id) === undefined) throw new UsageError(`"${id}" is no id of a redrive`);
  const rate = numberOption('rate', values.rate, { min: 1, max: 10_000 });
  const plan = await planRedrive(ask, { ...chosen(place ?? '', values), id, force }, readersOf());
  console.log(planText(plan, values['dry-run']));
  if (values['dry-run']) return EXIT.ok;
  const progress = ({ sent, total }: { sent: number; total: number }) => console.error(`${sent} of ${total} sent`);
  const redriven = await runRedrive(ask, plan, { rate, signal, progress });
  console.log(resultText(redriven, plan));
  return redriven.stopped || plan.refused.length + redriven.refused > 0 ? EXIT.failed : EXIT.ok;
}

function chosen(text: string, values: Input['values']) {
  const { topic, filter } = placeOf(text, TOPICS);
  return { topic, filter: { ...filterOf(values), ...filter } };
}

if (import.meta.main) process.exit(await runCommand(dlq()));
