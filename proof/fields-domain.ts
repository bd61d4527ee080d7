import { fieldDifference, sameBytes } from './checks/compare.ts';
import { checkDeadLetters } from './checks/dead-letters.ts';
import { checkOnce, type OnceResult } from './checks/once.ts';
import { checkRecordItems, checkRecordRows } from './checks/records.ts';
import { checkStores } from './checks/stores.ts';
import { checkWitness } from './checks/witness.ts';
import { counted } from './count.ts';
import type { Domain, Subject } from './domain.ts';
import type { DomainReport, DomainTypes, TopicRow } from './domain-types.ts';
import type { Manifest } from './manifest.ts';
import { domainProblems } from './problems.ts';
import { type FieldRule, judgeFields } from './truth/fields.ts';
import { type BadRecord, objectOf } from './truth/json.ts';
import { sourceFrom } from './truth/redriven.ts';
import type { TopicName } from './types.ts';
import { type LogRecord, nameOf, sourceOf } from './world.ts';

/** The types of such a domain. `T` are the names of its topics. */
export interface FieldsTypes<T extends string> extends DomainTypes {
  report: FieldsReport;
  manifest: Manifest;
  facts: object;
  rows: object;
  topic: T;
  table: never;
}

export interface FieldsReport extends DomainReport {
  /** records that the checks found bad */
  bad: number;
}

export interface FieldsDomain<T extends string> {
  name: string;
  topics: { input: T; processed: T; deadLetters: T };
  /** the function that validates the input */
  handler: string;
  /** the rule of each field */
  fields: Readonly<Record<string, FieldRule>>;
}

/**
 * A domain whose records are validated field by field, and stored as generic records: every good record of the input is
 * in the processed topic under its `source`, every other one in the dead-letter topic, and the stores hold what the
 * processed topic holds.
 */
export function fieldsDomain<T extends string>({
  name,
  topics: { input, processed, deadLetters },
  handler,
  fields,
}: FieldsDomain<T>): Domain<FieldsTypes<T>> {
  const rows: Record<string, TopicRow> = {
    [input]: { compacted: false, refusedBy: [handler] },
    [processed]: { compacted: false },
    [deadLetters]: { compacted: false },
  };

  const stored = { topic: processed, identityTopic: input };

  function judge({ world, facts, isOlder, mayBeDead, findings }: Subject) {
    const logOf = (topic: string) => world.topics[topic as TopicName];
    const { good, bad } = truthOf(logOf(input).records, fields);
    checkProcessed(processed, logOf(processed).records, good, isOlder, findings);
    const letters = checkDeadLetters(
      { topic: deadLetters, log: logOf(deadLetters), topics: rows },
      bad,
      mayBeDead,
      findings,
    );
    const stores = checkStores(
      rows,
      world,
      {
        rds: (held) => ({
          records: checkRecordRows(held, { ...stored, log: logOf(processed), identity: sourceOf }, isOlder, findings),
        }),
        dynamodb: (held) => ({ records: checkRecordItems(held, processed, logOf(processed), isOlder, findings) }),
      },
      findings,
    );
    const run = facts.generators[name];
    const contradiction = (_: string, record: string, meant: { kind: string; code?: string }) => {
      const found = bad.get(record)?.code;
      return meant.code === found ? undefined : `meant to be ${meant.code ?? 'good'}, found to be ${found ?? 'good'}`;
    };
    const { acknowledged, badByCause } = checkWitness(run, rows, world, contradiction, findings);
    const report: FieldsReport = {
      acknowledged: acknowledged[input] ?? 0,
      read: logOf(input).records.length,
      bad: bad.size,
      deadLettered: letters.stored,
      stores,
    };
    const mayBeEmpty = run?.causes.length === 0 ? [deadLetters] : [];
    return { report, problems: domainProblems(name, run, { ...report, badByCause }, mayBeEmpty) };
  }

  return {
    topics: rows as Record<T, TopicRow>,
    storedTopics: [stored],
    tables: {},
    columns: {},
    judge,
    describe: ({ acknowledged, bad, deadLettered }, perSecond) => [
      `${name}: ${counted(acknowledged, 'record')} acknowledged (${perSecond}/s), ${counted(bad, 'bad one')}, ` +
        counted(deadLettered, 'dead letter'),
    ],
  };
}

interface Good {
  record: LogRecord;
  value: Record<string, unknown>;
}

function truthOf(records: readonly LogRecord[], fields: FieldsDomain<string>['fields']) {
  const good = new Map<string, Good>();
  const bad = new Map<string, BadRecord>();
  for (const record of records) {
    const judged = judgeFields(record, fields);
    if ('bad' in judged) bad.set(nameOf(record), { record, code: judged.bad });
    else good.set(sourceFrom(record), { record, value: judged.value });
  }
  return { good, bad };
}

/** Each good record is in the processed topic under its `source`, with its key and exactly its fields. */
function checkProcessed(
  place: string,
  records: readonly LogRecord[],
  good: ReadonlyMap<string, Good>,
  isOlder: (source: string) => boolean,
  findings: Subject['findings'],
): OnceResult {
  return checkOnce<Good, LogRecord>(
    {
      place,
      expected: good,
      stored: records.map((record) => [sourceOf(record), record]),
      repeats: 'allowed',
      legal: isOlder,
      difference({ record, value }, produced) {
        if (!sameBytes(record.key, produced.key)) return 'the key differs';
        const form = objectOf(produced.value, Number.POSITIVE_INFINITY);
        return 'bad' in form ? `the value is no JSON object (${form.bad})` : fieldDifference(value, form.object);
      },
    },
    findings,
  );
}
