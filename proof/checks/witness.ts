import type { TopicRows } from '../domain-types.ts';
import type { Findings } from '../findings.ts';
import type { GeneratorRun } from '../input.ts';
import type { TopicName } from '../types.ts';
import { headerOf, type LogRecord, nameOf, type TopicLog, type World } from '../world.ts';

export interface WitnessResult {
  /** distinct coordinates that the brokers acknowledged, by topic */
  acknowledged: Record<string, number>;
  /** bad records by the generator's cause */
  badByCause: Record<string, number>;
}

type Expectation = NonNullable<ReturnType<GeneratorRun['manifest']['at']>>;

/** How a record differs from what its generator meant it to be; undefined where it doesn't. */
export type Contradiction = (topic: string, name: string, expectation: Expectation) => string | undefined;

const PLACE = 'generator';

/**
 * Checks the topics against the generator: each record that it saw acknowledged is in its topic, and what the generator
 * meant it to be (good or bad, the code, the alerts) is what the report finds when it reads the record.
 *
 * @param run undefined where the generator did not run
 * @param rows the domain's topics
 */
export function checkWitness(
  run: Pick<GeneratorRun, 'manifest'> | undefined,
  rows: TopicRows,
  { topics }: World,
  contradiction: Contradiction,
  findings: Findings,
): WitnessResult {
  const result: WitnessResult = { acknowledged: {}, badByCause: {} };
  if (run === undefined) return result;
  const records = new Map<string, LogRecord>();
  for (const { records: own } of Object.values(topics)) for (const record of own) records.set(nameOf(record), record);

  const note = (topic: string, record: LogRecord | undefined, name: string, expectation: Expectation) => {
    if (expectation.kind === 'bad') {
      result.badByCause[expectation.cause] = (result.badByCause[expectation.cause] ?? 0) + 1;
    }
    if (record === undefined) return;
    const why = contradiction(topic, name, expectation);
    if (why !== undefined) findings.add(PLACE, 'different', name, why);
  };

  for (const { topic, partition, offset, expectation } of run.manifest.acknowledged()) {
    const name = nameOf({ topic, partition, offset });
    result.acknowledged[topic] = (result.acknowledged[topic] ?? 0) + 1;
    const record = records.get(name);
    if (
      record === undefined &&
      !(rows[topic]?.compacted && wasReplaced(topics[topic as TopicName], partition, offset))
    ) {
      findings.add(topic, 'lost', name, 'acknowledged, but not in the topic');
    }
    note(topic, record, name, expectation);
  }
  checkAcknowledgedApart(run, result, findings);
  checkGenerated(run, rows, topics, findings);

  // A send that failed may have stored its record: then the record counts like any other.
  const uncertain = new Map(
    run.manifest.uncertain.map(({ id, topic, expectation }) => [`${topic} ${id}`, expectation]),
  );
  if (uncertain.size > 0) {
    for (const [name, record] of records) {
      const expectation = uncertain.get(`${record.topic} ${headerOf(record, 'generated')}`);
      if (expectation !== undefined) note(record.topic, record, name, expectation);
    }
  }
  return result;
}

/** Two sends that got the same coordinates as their answer: one of the two records is not in the topic. */
function checkAcknowledgedApart(
  { manifest }: Pick<GeneratorRun, 'manifest'>,
  result: WitnessResult,
  findings: Findings,
) {
  for (const [topic, { acknowledged }] of Object.entries(manifest.topics)) {
    for (let i = result.acknowledged[topic] ?? 0; i < acknowledged; i++) {
      findings.add(topic, 'lost', `${topic} (unknown)`, 'acknowledged with the coordinates of another record');
    }
  }
}

const GENERATED = /^(.+-\d+)\/(\d+)$/;

/**
 * Generators number their records in a header: every number up to the last one is in a topic, unless its send failed.
 * This finds a record that was acknowledged with coordinates where another record is.
 */
function checkGenerated(
  { manifest }: Pick<GeneratorRun, 'manifest'>,
  rows: TopicRows,
  topics: World['topics'],
  findings: Findings,
): void {
  const numbers = new Map<string, Set<number>>();
  const note = (id: string | undefined) => {
    const [, run, number] = GENERATED.exec(id ?? '') ?? [];
    if (run?.endsWith(`-${manifest.startedAt}`)) numbers.set(run, (numbers.get(run) ?? new Set()).add(Number(number)));
  };
  for (const { id } of manifest.uncertain) note(id);
  for (const topic of Object.keys(manifest.topics)) {
    for (const record of topics[topic as TopicName]?.records ?? []) note(headerOf(record, 'generated'));
  }
  const compacted = Object.keys(manifest.topics).filter((topic) => rows[topic]?.compacted) as TopicName[];
  let removed = compacted.reduce((sum, topic) => sum + compactedAway(topics[topic]), 0);
  for (const [run, own] of numbers) {
    const last = [...own].reduce((a, b) => Math.max(a, b), -1);
    for (let number = 0; number <= last; number++) {
      if (own.has(number) || removed-- > 0) continue;
      findings.add(PLACE, 'lost', `${run}/${number}`, 'a record with this number in its header is in no topic');
    }
  }
}

/** How many offsets of a compacted topic no longer have a record. */
function compactedAway({ partitions, records }: TopicLog): number {
  return partitions.reduce((sum, { start, end }) => sum + end - start, 0) - records.length;
}

/** Whether compaction may have removed a record: it keeps at least the last one of a partition. */
function wasReplaced({ partitions }: TopicLog, partition: number, offset: number): boolean {
  const range = partitions.find((own) => own.partition === partition);
  return range !== undefined && offset < range.end - 1;
}
