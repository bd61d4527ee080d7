import { setTimeout as sleep } from 'node:timers/promises';
import { HELLO, type Row } from '../rows/row.ts';
import { deadTopicOf, topicOf } from '../rows/rows.ts';
import { invocationsOf } from '../seen/lines.ts';
import type { DeadLetter, Invocation, Sample, Seen } from '../seen/seen.ts';
import type { Place } from './place.ts';

/** What a row showed. */
export interface Result {
  row: Row;
  /** Empty: as documented. */
  differences: string[];
  /** In how many invocations the function got how many records. */
  invocations: number;
  records: number;
}

/** Runs all rows at the same time: produces what follows the mappings' begin, waits, and judges what the function saw. */
export async function runRows(rows: readonly Row[], place: Place): Promise<Result[]> {
  const committed: Awaited<ReturnType<typeof sample>>[] = [];
  const running = rows.map((row) => new RunningRow(row, place));
  const end = Date.now() + place.times.limit;
  while (running.some(({ result }) => result === undefined)) {
    await sleep(place.times.look);
    committed.push(await sample(rows, place));
    const invocations = invocationsOf(await place.lines());
    const isLate = Date.now() >= end;
    await Promise.all(running.map((row) => row.look(invocations, committed, isLate)));
  }
  return running.flatMap(({ result }) => result ?? []);
}

const sample = (rows: readonly Row[], { ask, stage }: Place) =>
  ask({ ask: 'committed', topics: rows.map((row) => topicOf(stage, row)) });

class RunningRow {
  readonly #row: Row;
  readonly #place: Place;
  readonly #topic: string;
  #phases: NonNullable<Row['steps']>;
  /** Offsets that were the ends of the partitions before the current phase: a record behind them is of this phase. */
  #seenBefore = 0;
  #known = '';
  #since = Date.now();
  #tick = 0;
  result: Result | undefined;

  constructor(row: Row, place: Place) {
    this.#row = row;
    this.#place = place;
    this.#topic = topicOf(place.stage, row);
    this.#phases = [...(row.steps ?? [])];
  }

  /** Looks at what was seen so far, and produces the next phase, or sets the result. */
  async look(
    all: Map<string, Invocation[]>,
    samples: readonly { at: number; offsets: Record<string, Record<number, number>> }[],
    isLate: boolean,
  ): Promise<void> {
    if (this.result) return;
    const invocations = all.get(this.#topic) ?? [];
    const { quiet, patience } = this.#place.times;
    const known = JSON.stringify(invocations.map(({ id, end }) => [id, end]));
    if (known !== this.#known) this.#since = Date.now();
    this.#known = known;
    if (this.#row.ticks && invocations.length < ENOUGH_TICKS)
      await this.#produce([{ sends: [{ value: `tick ${this.#tick++}` }] }], 0);
    const [next] = this.#phases;
    const records = new Set(
      invocations.flatMap((each) => each.records.map(({ partition, offset }) => `${partition}:${offset}`)),
    );
    if (next && records.size > this.#seenBefore) {
      this.#seenBefore = records.size;
      this.#phases = this.#phases.slice(1);
      await this.#produce(next, patience);
      return;
    }
    if (!isLate && (this.#phases.length > 0 || Date.now() - this.#since < quiet)) return;
    const seen = await this.#seen(invocations, samples);
    const differences = this.#row.judge(seen, this.#place);
    if (differences.length > 0 && !isLate) return;
    const unfinished = this.#phases.length > 0 ? ['the function did not get the records of the step before'] : [];
    this.result = {
      row: this.#row,
      differences: [...unfinished, ...differences],
      invocations: seen.invocations.length,
      records: seen.invocations.reduce((sum, each) => sum + each.records.length, 0),
    };
  }

  async #seen(invocations: readonly Invocation[], samples: Parameters<RunningRow['look']>[1]): Promise<Seen> {
    return {
      topic: this.#topic,
      invocations: withoutHello(invocations),
      committed: samples.map(({ at, offsets }): Sample => ({ at, offsets: offsets[this.#topic] ?? {} })),
      dead: this.#row.dead ? await this.#dead() : [],
    };
  }

  async #dead(): Promise<DeadLetter[]> {
    return (await this.#place.ask({ ask: 'read', topic: deadTopicOf(this.#place.stage, this.#row) })).messages;
  }

  async #produce(requests: NonNullable<Row['before']>, patienceMs: number): Promise<void> {
    await this.#place.ask({ ask: 'produce', topic: this.#topic, requests, patienceMs });
  }
}

/** Invocations of the row that waits for a mapping's begin. */
const ENOUGH_TICKS = 3;

function withoutHello(invocations: readonly Invocation[]): Invocation[] {
  return invocations.flatMap((each) => {
    const records = each.records.filter(({ text }) => text !== HELLO);
    return records.length > 0 ? [{ ...each, records }] : [];
  });
}
