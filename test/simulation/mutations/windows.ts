import type { Mutation } from '../system.ts';

/** The safeguards of the windows. */
export const mutations: readonly Mutation[] = [
  {
    safeguard: 'an item is written only over the version that was read',
    file: 'lib/windows/memory-store.fixture.ts',
    from: 'if ((items.get(key)?.version ?? 0) !== expected) return false;',
    to: '',
  },
  {
    safeguard: 'orders are counted again if the write of a state was refused',
    file: 'lib/windows/state/fold.ts',
    from: '        continue;',
    to: '',
  },
  {
    safeguard: 'an order is counted once, by its partition and offset',
    file: 'lib/windows/state/state.ts',
    from: 'if (!offsets.add(order.offset)) return false;',
    to: 'offsets.add(order.offset);',
  },
  {
    safeguard: 'offsets of different partitions are different',
    file: 'lib/windows/state/state.ts',
    from: 'let offsets = sets.get(order.raw);',
    to: "order = { ...order, raw: '' };\n    let offsets = sets.get(order.raw);",
  },
  {
    safeguard: 'a result counts the orders of all partitions',
    file: 'lib/windows/close.ts',
    from: '.filter((partition) => partition !== key.partition)',
    to: '.filter(() => false)',
  },
  {
    safeguard: 'a partition joins a window before its first state is written',
    file: 'lib/windows/aggregator.ts',
    from: 'const head = await store.join(start, partition, buckets, run.deadline);',
    to: 'const head = { buckets, partitions: [], expiresAt: Infinity }; setTimeout(() => void store.join(start, partition, buckets, run.deadline).catch(() => {}), 1);',
  },
  {
    safeguard: 'a state is marked as produced after its results are stored',
    file: 'lib/windows/close.ts',
    from: '  if (results.length > 0) await run.publish(results.map(({ metric }) => metric));\n  const marked = await sideBySide(dirty, WRITES_AT_ONCE, (held) => mark(held, stores, run));',
    to: '  const marked = await sideBySide(dirty, WRITES_AT_ONCE, (held) => mark(held, stores, run));\n  if (results.length > 0) await run.publish(results.map(({ metric }) => metric));',
  },
  {
    safeguard: 'a state that changed since its result is not marked as produced',
    file: 'lib/windows/close.ts',
    from: '    run.counts.conflicts += 1;\n    return false;',
    to: '    run.counts.conflicts += 1;\n    return true;',
  },
  {
    safeguard: 'a kept state without new orders is read again before its window is closed',
    file: 'lib/windows/close.ts',
    from: '.map((held) => (held?.state.dirty ? held : undefined))',
    to: '',
  },
  {
    safeguard: "a partition's own states are read before those of other partitions",
    rare: 'lib/windows/races.test.ts',
    file: 'lib/windows/close.ts',
    from: '  const own = await readOwn(keys, stores, run);',
    to: `  const early = new Map();
  for (const { start, bucket } of keys) {
    const [head] = await stores.store.readHeads([start], run.deadline);
    for (const partition of head?.partitions ?? []) {
      const [products] = await stores.store.readProducts([{ start, bucket, partition }], run.deadline);
      early.set([start, bucket, partition].join(), products);
    }
  }
  const readProducts = async (some) => some.map(({ start, bucket, partition }) => early.get([start, bucket, partition].join()));
  stores = { ...stores, store: { ...stores.store, readProducts } };
  const own = await readOwn(keys, stores, run);`,
  },
  {
    safeguard: 'progress is written after the states',
    file: 'lib/windows/aggregator.ts',
    from: '      const groups = groupsOf(partition, inTime, bucketCounts);',
    to: '      const groups = groupsOf(partition, inTime, bucketCounts);\n      const early = { streamTime, opened: [], closed: [], touchedAt: run.now, forgottenThrough: forgotten };\n      Object.assign(progress, await writeStep(partition, progress, early, store, run));',
  },
  {
    safeguard: 'progress is written at all: the open windows are listed',
    file: 'lib/windows/aggregator.ts',
    from: 'opened: open, closed, touchedAt',
    to: 'opened: [], closed, touchedAt',
  },
  {
    safeguard: 'a worker takes windows off the list only if nobody wrote in between',
    file: 'lib/windows/progress.ts',
    from: 'change = { ...step, closed: [] };',
    to: 'change = step;',
  },
  {
    safeguard: 'the schedule takes windows off the list only if nobody wrote in between',
    file: 'lib/windows/idle.ts',
    from: 'if (await store.writeProgress(partition, next, progress.version, run.deadline))',
    to: 'if (await store.writeProgress(partition, next, (await store.readProgress(partition, run.deadline)).version, run.deadline))',
  },
  {
    safeguard: 'the schedule reads progress before the states',
    file: 'lib/windows/idle.ts',
    from: 'const next = { ...advance(progress, { ...progress, opened: [], closed }), version: progress.version + 1 };',
    to: 'Object.assign(progress, await readProgress(partition, store, run));\n  const next = { ...advance(progress, { ...progress, opened: [], closed }), version: progress.version + 1 };',
  },
  {
    safeguard: 'a window stays on the list if a state of it could not be marked',
    file: 'lib/windows/close.ts',
    from: 'closed.push(...some.filter((start) => !unmarked.has(start)));',
    to: 'closed.push(...some);',
  },
  {
    safeguard: 'a batch that writes no progress has found all its states as it had left them',
    file: 'lib/windows/state/fold.ts',
    from: '        steady = false;\n',
    to: '',
  },
  {
    safeguard: 'a batch that writes no progress has counted only into windows with orders in no result yet',
    rare: 'about 14,000 histories',
    file: 'lib/windows/state/fold.ts',
    from: 'let steady = first.kept && first.state.dirty;',
    to: 'let steady = first.kept;',
  },
  {
    safeguard: 'a batch that writes no progress has its windows on the list',
    file: 'lib/windows/aggregator.ts',
    from: '  if (!groups.every(({ key }) => listed.has(key.start))) return undefined;\n',
    to: '',
  },
  {
    safeguard: 'stream time of batches that write no progress is read from the state that holds it',
    file: 'lib/windows/progress.ts',
    from: 'return { ...progress, ...latest(progress, carrier?.reached) };',
    to: 'return carrier ? progress : progress;',
  },
  {
    safeguard: 'the state that holds stream time is written last',
    rare: 'lib/windows/steady.test.ts',
    file: 'lib/windows/aggregator.ts',
    from: '        groups.filter((group) => group !== carrier),\n        run,\n      );\n      const reached = { streamTime, touchedAt: Math.max(progress.touchedAt, run.now) };\n      const last = await foldAll(carrier ? [carrier] : [], run, reached);',
    to: '        [],\n        run,\n      );\n      const reached = { streamTime, touchedAt: Math.max(progress.touchedAt, run.now) };\n      const last = await foldAll(carrier ? [carrier] : [], run, reached);\n      const rest = await foldAll(groups.filter((group) => group !== carrier), run);\n      first.dirty.push(...rest.dirty);\n      first.refused.push(...rest.refused);\n      first.steady &&= rest.steady;',
  },
  {
    safeguard: 'a closing write keeps the stream time that the state holds',
    rare: 'lib/windows/steady.test.ts',
    file: 'lib/windows/close.ts',
    from: '{ ...packed, reached }, version, run.deadline',
    to: '{ ...packed }, version, run.deadline',
  },
  {
    safeguard: 'an order that looks late is looked up in the states before it is refused',
    file: 'lib/windows/late.ts',
    from: 'orders.filter((order) => !state.has(order))',
    to: 'orders.filter((order) => !state.has({ ...order, offset: -1 }))',
  },
  {
    safeguard: 'the window of an order that looks late, but was counted, is closed',
    file: 'lib/windows/late.ts',
    from: 'opened: found.filter(({ dirty }) => dirty).map(({ start }) => start)',
    to: 'opened: []',
  },
  {
    safeguard: 'a state is kept in memory only after it is written',
    file: 'lib/windows/state/held-states.ts',
    from: 'if (found !== undefined) this.#forget(name, found.bytes);',
    to: '',
  },
  {
    safeguard: 'the number of buckets of a window never changes',
    file: 'lib/windows/memory-store.fixture.ts',
    from: 'buckets: fixed = buckets }',
    to: '} = heads.get(start) ?? {};\n      const { fixed = buckets }: { fixed?: number }',
  },
  {
    safeguard: 'a late order is refused',
    file: 'lib/windows/window.ts',
    from: 'return at < streamTime - latenessMs;',
    to: 'return at < streamTime - latenessMs && streamTime < 0;',
  },
];
