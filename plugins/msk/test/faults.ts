/** A deliberately wrong plugin: one piece of its code is replaced. */
export interface Fault {
  name: string;
  file: string;
  code: string;
  wrong: string;
  /** The rows of `npm run conform` that must differ, and what each must say. */
  caughtBy: Record<string, RegExp>;
}

/** The first faults are tested by `npm run test:full`, all of them by `npm run test:long -- conform`. */
export const faults: readonly Fault[] = [
  {
    name: 'commits before the function has succeeded',
    file: 'polling/poller.ts',
    code: 'invoke: (slices) => this.#invoke(slices),',
    wrong: `invoke: (slices) => {
        for (const { queue, records } of slices) this.#committer.add(queue, (records.at(-1)?.offset ?? 0) + 1, 0);
        return this.#invoke(slices);
      },`,
    caughtBy: { commit: /offset 2 was committed before offset 1 was processed/, partial: /was committed before/ },
  },
  {
    name: 'hands over the records of a batch in reverse order',
    file: 'polling/event.ts',
    code: 'records.map((record) => mskRecord(topic, partition, record))]',
    wrong: 'records.map((record) => mskRecord(topic, partition, record)).toReversed()]',
    caughtBy: { order: /partition 0: offsets \[/, codecs: /offsets \[/ },
  },
  {
    name: 'reads the list of an on-demand mapping',
    file: 'template/mapping.ts',
    code: 'reportsFailures: provisioned && (',
    wrong: 'reportsFailures: (',
    caughtBy: { 'on-demand-list': /the function got \["0","1","2","0","1","2"/ },
  },
  {
    name: 'reads the list of a mapping without FunctionResponseTypes',
    file: 'polling/poller.ts',
    code: 'mapping.reportsFailures ? readResponse',
    wrong: 'true ? readResponse',
    caughtBy: { 'ignored-list': /the function got \["0","1","2","0","1","2"/ },
  },
  {
    name: 'hands over the batches of a partition side by side',
    file: 'polling/dispatcher.ts',
    code: '      queue.busy = true;\n',
    wrong: '',
    caughtBy: { order: /an invocation began before the one before it had ended/ },
  },
  {
    name: 'ignores an invalid identifier',
    file: 'polling/response.ts',
    code: 'return failAll(parts, `no record of this batch',
    wrong: 'continue; failAll(parts, `no record of this batch',
    caughtBy: { invalid: /it was not retried/, unknown: /did not come again/ },
  },
  {
    name: 'takes a response of a wrong type for success',
    file: 'polling/response.ts',
    code: 'if (failures === undefined)',
    wrong: 'if (failures === undefined) return succeedAll(parts);\n  if (failures === undefined)',
    caughtBy: { 'wrong-type': /it was not retried/ },
  },
  {
    name: 'obeys the retry limits in on-demand mode',
    file: 'template/retry-policy.ts',
    code: '= provisioned ? properties : {}',
    wrong: '= properties',
    // It splits the batch, and then drops the record.
    caughtBy: { 'on-demand': /the last attempt at bad of partition 0 failed/ },
  },
  {
    name: 'retries once too often',
    file: 'polling/retries.ts',
    code: 'failures > policy.maximumRetryAttempts;',
    wrong: 'failures > policy.maximumRetryAttempts + 1;',
    caughtBy: { 'retry-limit': /bad of partition 0 came 4 times, not 3/, destination: /approximateInvokeCount/ },
  },
  {
    name: 'never splits a batch',
    file: 'polling/retries.ts',
    code: "return failed === invoked ? 'split' : 'rest';",
    wrong: "return failed === invoked ? 'retry' : 'rest';",
    caughtBy: { bisect: /the batches with bad have \[8,8\] records/ },
  },
  {
    name: 'hands over records that are too old',
    file: 'polling/retries.ts',
    code: 'return now - timestamp > policy.maximumAgeMilliseconds;',
    wrong: 'return false;',
    caughtBy: { age: /the function got \["old"/ },
  },
  {
    name: 'makes batches that are too large',
    file: 'polling/poller.ts',
    code: 'batchSize: mapping.batchSize,',
    wrong: 'batchSize: mapping.batchSize + 1,',
    caughtBy: { 'batch-size': /the largest batch has 11 records, not 10/ },
  },
  {
    name: 'makes events that are too large',
    file: 'polling/batching.ts',
    code: '= 6 * 1024 * 1024;',
    wrong: '= 8 * 1024 * 1024;',
    caughtBy: { payload: /the limit is 6291456/, oversized: /the destination has 0 messages/ },
  },
  {
    name: 'does not wait during the batching window',
    file: 'template/mapping.ts',
    code: 'windowMilliseconds: (properties.MaximumBatchingWindowInSeconds ?? 0.5) * 1000,',
    wrong: 'windowMilliseconds: 0,',
    caughtBy: { window: /no batch has all of/ },
  },
  {
    name: 'reads records of aborted transactions',
    file: 'consumer/fetched.ts',
    code: '} else if (!aborting.has(batch.producerId)) {',
    wrong: '} else {',
    caughtBy: { transactions: /"aborted"/ },
  },
  {
    name: 'has an empty value for a tombstone',
    file: 'polling/event.ts',
    code: "value: value === null ? null : value.toString('base64'),",
    wrong: "value: (value ?? Buffer.alloc(0)).toString('base64'),",
    caughtBy: { 'null-key': /value of a tombstone/ },
  },
  {
    name: 'requires all filters to pass',
    file: 'template/filters.ts',
    code: 'filters.some((passes) => passes(value))',
    wrong: 'filters.every((passes) => passes(value))',
    caughtBy: { filter: /partition 0: expected/ },
  },
  {
    name: 'begins at the first record instead of the end',
    file: 'template/mapping.ts',
    code: 'return { at: StartingPosition };',
    wrong: "return { at: 'TRIM_HORIZON' };",
    caughtBy: { latest: /whether a record of before came/ },
  },
  {
    name: 'drops the key of a message to the destination',
    file: 'polling/destinations.ts',
    code: '...(key && { key }), value: Buffer.from(value)',
    wrong: 'value: Buffer.from(value)',
    caughtBy: { destination: /key of the message: expected "k", found null/ },
  },
];
