import type { Mutation } from '../system.ts';

const RUNNER = 'plugins/msk/polling/batch-runner.ts';
const DISPATCHER = 'plugins/msk/polling/dispatcher.ts';
const GROUP = 'plugins/msk/consumer/group-consumer.ts';

/** The safeguards of the plugin's poller. */
export const mutations: readonly Mutation[] = [
  {
    safeguard: 'an offset is committed after the function has succeeded',
    file: DISPATCHER,
    from: '    const run = this.#runner.run(slices).finally(() => {',
    to: '    for (const { queue, records } of slices) this.#options.done(queue, (records.at(-1)?.offset ?? 0) + 1, 0);\n    const run = this.#runner.run(slices).finally(() => {',
  },
  {
    safeguard: 'a partition has one batch at a time',
    file: DISPATCHER,
    from: 'const free = [...this.#queues.values()].filter((queue) => !queue.busy && queue.length > 0);',
    to: 'const free = [...this.#queues.values()].filter((queue) => queue.length > 0);',
  },
  {
    safeguard: 'a partition stays busy until its failed records are done',
    file: RUNNER,
    from: 'const isLeft = (slice: Slice) => isOwned(slice) && slice.records.length > 0;',
    to: 'const isLeft = (slice: Slice) => isOwned(slice) && slice.records.length > 0;\n    for (const { queue } of slices) queue.busy = false;',
  },
  {
    safeguard: 'a batch of an earlier ownership commits nothing',
    file: RUNNER,
    from: 'return queue.ownership === ownership;',
    to: 'return queue.ownership >= ownership;',
  },
  {
    safeguard: 'offsets of an earlier ownership are not sent',
    file: 'plugins/msk/consumer/committer.ts',
    from: 'queue.ownership === ownership);',
    to: 'queue.ownership >= ownership);',
  },
  {
    safeguard: 'a partial response commits up to its first failed record',
    file: 'plugins/msk/polling/response.ts',
    from: 'failedFrom[index] = Math.min(offset, failedFrom[index] ?? offset);',
    to: 'failedFrom[index] = Math.max(offset, failedFrom[index] ?? offset);',
  },
  {
    safeguard: 'an answer with a record that the batch does not have fails the whole batch',
    file: 'plugins/msk/polling/response.ts',
    from: 'if (!part || !isInteger(offset) || !part.has(offset)) {',
    to: 'if (!part || !isInteger(offset) || !part.has(offset)) continue;\n    if (offset < 0) {',
  },
  {
    safeguard: 'an error of the function fails the whole batch',
    file: 'plugins/msk/polling/poller.ts',
    from: 'return failAll(parts, error instanceof Error ? error.message : String(error));',
    to: 'return error ? succeedAll(parts) : succeedAll(parts);',
  },
  {
    safeguard: 'after a split, the first half commits only its own records',
    file: 'plugins/msk/polling/slices.ts',
    from: 'discarded: only.discarded.filter(isBefore), followedBy };',
    to: 'discarded: only.discarded.filter(isBefore) };',
  },
  {
    safeguard: 'the halves of a partition run one after the other',
    file: RUNNER,
    from: 'if (sideBySide) await',
    to: 'if (sideBySide || first) await',
  },
  {
    safeguard: 'a discarded record is done after its destination has it',
    file: RUNNER,
    from: '      } catch {\n        await sleep(waitAfter(failures)',
    to: '      } catch {\n        return true;\n        await sleep(waitAfter(failures)',
  },
  {
    safeguard: 'a commit is made as a member of the current generation',
    file: 'test/simulation/stores/kafka-model.ts',
    from: "    if (generation !== this.generation) throw new Error('ILLEGAL_GENERATION');\n",
    to: '',
  },
  {
    safeguard: 'a partition that was lost and comes back begins at the committed offset',
    file: GROUP,
    from: 'for (const queue of queues()) if (!continuous || !assigned.has(queue.partition)) queue.revoke();',
    to: 'for (const queue of queues()) if (!assigned.has(queue.partition)) queue.assigned = false;',
  },
  {
    safeguard: 'the starting position of an assignment is the committed offset',
    file: 'plugins/msk/consumer/starting-offsets.ts',
    from: 'queue.next = isAdded ? 0 : position.offset;',
    to: 'queue.next = isAdded ? 0 : position.offset + 1;',
  },
  {
    safeguard: 'a fetch from an old position is ignored',
    file: 'plugins/msk/consumer/topic-reader.ts',
    from: 'if (from === undefined || this.#options.position(partition.partitionIndex) !== from) continue;',
    to: 'if (from === undefined) continue;',
  },
  {
    safeguard: 'an offset whose commit failed is committed again',
    file: 'plugins/msk/consumer/committer.ts',
    from: '        this.#takeBack(owned);\n',
    to: '',
  },
  {
    safeguard: 'filtered records at the end of a partition are committed',
    file: DISPATCHER,
    from: 'if ((filtered > 0 || hasGap) && queue.head !== undefined)',
    to: 'if (hasGap && queue.head !== undefined)',
  },
];
