import type { Mutation } from '../system.ts';

const STORES = 'functions/sinks/s3/model-stores.fixture.ts';
const ARCHIVE = 'functions/sinks/s3/archive.ts';

/** The safeguards of the archive. */
export const mutations: readonly Mutation[] = [
  {
    safeguard: 'an object is created only if there is none (If-None-Match)',
    file: STORES,
    from: 'const there = this.objects.get(key) ?? object;',
    to: 'const there = object;',
  },
  {
    safeguard: 'a key is claimed only while nothing is pending',
    file: STORES,
    from: 'next === from.next && pending === undefined',
    to: 'next === from.next',
  },
  {
    safeguard: 'a key is claimed only from the checkpoint that was read',
    file: STORES,
    from: 'next === from.next && pending === undefined',
    to: 'pending === undefined',
  },
  {
    safeguard: 'a checkpoint advances only from the one that was read',
    file: STORES,
    from: 'current(id).next === from.next, to',
    to: 'true, to',
  },
  {
    safeguard: 'the key of an object is claimed before the object is created',
    file: ARCHIVE,
    from: 'checkpoint = await checkpoints.claim(id, checkpoint, objectKey(log, next, first.timestamp), deadline);',
    to: 'checkpoint = { ...checkpoint, pending: objectKey(log, next, first.timestamp) };',
  },
  {
    safeguard: 'a pending key is used by every worker, whatever its own records are',
    file: ARCHIVE,
    from: 'const { next, timestamp, pending } = checkpoint;',
    to: 'const { next, timestamp } = checkpoint;\n    const pending = checkpoint.pending && objectKey(log, next, first.timestamp);',
  },
  {
    safeguard: 'records below the checkpoint are not archived again',
    file: ARCHIVE,
    from: 'return records.filter((record) => record.offset >= next);',
    to: 'return next > (records.at(-1)?.offset ?? 0) ? [] : [...records];',
  },
  {
    safeguard: 'the new checkpoint is the end of the stored object, not of the own records',
    file: ARCHIVE,
    from: 'const to = { next: end,',
    to: 'const to = { next: (rest.at(-1)?.offset ?? end) + 1,',
  },
  {
    safeguard: 'the checkpoint advances after the object is stored',
    file: ARCHIVE,
    from: 'const metadata = await objects.create(pending,',
    to: 'const own = (await archiveObject(rest, next)).metadata;\n      checkpoint = await checkpoints.advance(id, checkpoint, { next: extentOf(own, pending, next).end, timestamp }, deadline);\n      const metadata = await objects.create(pending,',
  },
  {
    safeguard: 'records are handed back if they could not be archived',
    file: 'functions/sinks/s3/sink.ts',
    from: 'return records.map((record): Failure => ({ record, error }));',
    to: 'return error ? [] : [];',
  },
  {
    safeguard: 'a partition that failed is handed back from its first record on',
    file: 'functions/sinks/s3/sink.ts',
    from: 'return records.map((record): Failure => ({ record, error }));',
    to: 'return records.slice(1).map((record) => ({ record, error }));',
  },
];
