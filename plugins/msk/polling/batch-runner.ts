import { setTimeout as sleep } from 'node:timers/promises';
import type { PartitionQueue } from '../consumer/partition-queue.ts';
import type { KafkaRecord } from '../consumer/record.ts';
import type { RetryPolicy } from '../template/retry-policy.ts';
import { failAll, type Outcome, succeedAll } from './response.ts';
import { exhausted, expired, nextStep, waitAfter } from './retries.ts';
import { count, halves, partsOf, type Slice } from './slices.ts';

/** Why records are discarded. */
export interface Discard {
  condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded' | 'MaximumPayloadSizeExceeded';
  /** Number of failed invocations of these records. */
  invocations: number;
  /** The function's last error. */
  reason?: string;
}

export interface BatchRunnerOptions {
  policy: RetryPolicy;
  /** Runs the function on a batch. A rejection fails the whole batch. */
  invoke: (slices: readonly Slice[]) => Promise<Outcome>;
  /** Called when records are done, with the offset to commit (`next`). The count includes filtered records. */
  done: (queue: PartitionQueue, next: number, records: number) => void;
  /** Called for each failed invocation: the failed records, the reason, and what happens next. */
  failed: (slices: readonly Slice[], reason: string, then: string) => void;
  /**
   * Takes the discarded records. They are done when it resolves. After a rejection it is called again, without a limit.
   * `delivered` contains the records that earlier attempts have stored. Add each record that this attempt stores.
   */
  discard: (slices: readonly Slice[], why: Discard, delivered: Set<KafkaRecord>) => Promise<void>;
}

/** Runs a batch until all records are done: processed by the function, or discarded by the mapping's retry policy. */
export class BatchRunner {
  readonly #options: BatchRunnerOptions;
  readonly #stop: AbortSignal;
  readonly #freed: () => void;

  /**
   * @param stop after it, no attempt begins. Records that are not done then stay uncommitted.
   * @param freed called when a partition is free for its next batch
   */
  constructor(options: BatchRunnerOptions, stop: AbortSignal, freed: () => void) {
    this.#options = options;
    this.#stop = stop;
    this.#freed = freed;
  }

  async run(batch: readonly Slice[]): Promise<void> {
    const { policy, invoke, failed: tell } = this.#options;
    const aside: Promise<void>[] = [];
    let left = await this.#withoutExpired(this.#ours(batch), aside);
    while (left.length > 0) {
      const invoked = left;
      const outcome = await invoke(invoked).catch((error: unknown) => failAll(partsOf(invoked), String(error)));
      const rest = this.#settle(invoked, outcome, 1);
      if (rest.length === 0) break;
      const { reason = 'failed', oversized = false } = outcome;
      const step = nextStep(policy, { invoked: count(invoked), failed: count(rest), oversized });
      const failed = step === 'split' || step === 'rest' ? rest.map((slice) => ({ ...slice, failures: 0 })) : rest;
      const discarded = failed.filter(({ failures }) => step === 'discard' || exhausted(policy, failures));
      left = failed.filter((slice) => !discarded.includes(slice));
      const wait = waitAfter(Math.max(...failed.map(({ failures }) => failures)));
      const then = step === 'split' ? `split in two, retried in ${wait} ms` : `retried in ${wait} ms`;
      tell(failed, reason, left.length === 0 ? 'discarded' : then);
      if (discarded.length > 0) {
        const condition = oversized ? 'MaximumPayloadSizeExceeded' : 'RetryAttemptsExhausted';
        const invocations = oversized ? 0 : mostInvocations(discarded);
        aside.push(this.#discardAll(discarded, { condition, invocations, reason }));
      }
      left = await this.#pause(left, wait);
      if (step === 'split') {
        await this.#runHalves(left);
        break;
      }
      left = await this.#withoutExpired(left, aside);
    }
    await Promise.all(aside);
  }

  async #runHalves(slices: readonly Slice[]): Promise<void> {
    if (slices.length === 0) return;
    const { first, second, sideBySide } = halves(slices);
    if (sideBySide) await Promise.all([this.run(first), this.run(second)]);
    else {
      await this.run(first);
      await this.run(second);
    }
  }

  /**
   * Discards the records that are too old. Called before each attempt: each record's own timestamp counts. Partitions
   * without old records go on at once. In the others, the remaining records wait until the old ones are delivered, and
   * then run as a separate batch, in `aside`.
   */
  async #withoutExpired(slices: Slice[], aside: Promise<void>[]): Promise<Slice[]> {
    const now = Date.now();
    const isOld = ({ timestamp }: { timestamp: number }) => expired(this.#options.policy, timestamp, now);
    const [aged, fresh] = parted(slices, ({ records }) => records.some(isOld));
    if (aged.length === 0) return slices;
    const young = this.#discardOld(aged, isOld);
    if (fresh.length === 0) return young;
    aside.push(young.then((left) => this.run(left)));
    return fresh;
  }

  /** Discards a batch's old records. @returns the other records, when the old ones are delivered */
  async #discardOld(slices: Slice[], isOld: (record: KafkaRecord) => boolean): Promise<Slice[]> {
    const old = slices.map((slice) => ({ ...slice, records: slice.records.filter(isOld) }));
    await this.#deliver(old, { condition: 'RecordAgeExceeded', invocations: mostInvocations(old) });
    const young = this.#ours(slices).map((slice) => {
      const [gone, records] = parted(slice.records, isOld);
      return { ...slice, records, discarded: [...slice.discarded, ...gone.map(({ offset }) => offset)] };
    });
    return this.#settle(young, { failedFrom: young.map(({ records }) => records[0]?.offset) }, 0);
  }

  async #discardAll(slices: readonly Slice[], why: Discard): Promise<void> {
    if (await this.#deliver(slices, why)) this.#settle(slices, succeedAll(partsOf(slices)), 0);
    else this.#release(slices);
  }

  /** @returns whether the records were delivered. False if this poller stops, or has lost the partitions. */
  async #deliver(slices: readonly Slice[], why: Discard): Promise<boolean> {
    const delivered = new Set<KafkaRecord>();
    for (let failures = 1; !this.#stop.aborted; failures += 1) {
      const owned = slices.filter(isOwned);
      if (owned.length === 0) return false;
      try {
        await this.#options.discard(owned, why, delivered);
        return true;
      } catch {
        await sleep(waitAfter(failures), undefined, { signal: this.#stop }).catch(() => {});
      }
    }
    return false;
  }

  /** Reports the records that are done, and frees the partitions without failed records. @returns the failed records */
  #settle(slices: readonly Slice[], { failedFrom }: Outcome, attempts: 0 | 1): Slice[] {
    return this.#owned(slices.map((slice, index) => this.#settleSlice(slice, failedFrom[index], attempts)));
  }

  #settleSlice(slice: Slice, failedFrom = Number.POSITIVE_INFINITY, attempts = 0): Slice {
    const { queue, records, discarded, followedBy } = slice;
    const failed = records.filter(({ offset }) => offset >= failedFrom);
    const succeeded = records.length - failed.length;
    const whole = failed.length === 0 && followedBy === undefined;
    const last = records.at(-1)?.offset ?? discarded.at(-1) ?? 0;
    const end = failed[0]?.offset ?? followedBy ?? queue.head ?? last + 1;
    const passed = discarded.filter((offset) => offset < end);
    const done = succeeded + passed.length;
    if (isOwned(slice) && done > 0) this.#options.done(queue, end, done + (whole ? queue.takeFiltered() : 0));
    const failures = (succeeded > 0 ? 0 : slice.failures) + attempts;
    const invocations = slice.invocations + attempts;
    return { ...slice, records: failed, failures, invocations, discarded: discarded.filter((offset) => offset >= end) };
  }

  async #pause(slices: Slice[], milliseconds: number): Promise<Slice[]> {
    if (slices.length === 0) return [];
    await sleep(milliseconds, undefined, { signal: this.#stop }).catch(() => {});
    return this.#ours(slices);
  }

  /** The records to try next: none if this poller stops, and none of revoked partitions. */
  #ours(slices: readonly Slice[]): Slice[] {
    return this.#stop.aborted ? this.#release(slices) : this.#owned(slices);
  }

  /** Drops the slices of finished or revoked partitions, and frees these partitions for their next batch. */
  #owned(slices: readonly Slice[]): Slice[] {
    const isLeft = (slice: Slice) => isOwned(slice) && slice.records.length > 0;
    this.#release(slices.filter((slice) => !isLeft(slice)));
    return slices.filter(isLeft);
  }

  #release(slices: readonly Slice[]): Slice[] {
    const last = slices.filter(({ followedBy }) => followedBy === undefined);
    for (const { queue } of last) queue.busy = false;
    if (last.length > 0) this.#freed();
    return [];
  }
}

function isOwned({ queue, ownership }: Slice): boolean {
  return queue.ownership === ownership;
}

function parted<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  const { yes = [], no = [] } = Object.groupBy(items, (item) => (belongs(item) ? 'yes' : 'no'));
  return [yes, no];
}

const mostInvocations = (slices: readonly Slice[]): number => Math.max(...slices.map(({ invocations }) => invocations));
