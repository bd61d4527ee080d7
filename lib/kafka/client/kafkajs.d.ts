declare module 'kafkajs/src/protocol/encoder.js' {
  /** The part of kafkajs's protocol encoder that kafkajs-headers.ts patches and tests read. */
  export default class Encoder {
    readonly buffer: Buffer;
    writeVarIntBytes: (this: Encoder, value: Buffer | string | null) => Encoder;
  }
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/index.js' {
  import type { Message } from 'kafkajs';
  import type Encoder from 'kafkajs/src/protocol/encoder.js';

  export default function encodeRecord(record: Message & { offsetDelta: number; timestampDelta: number }): Encoder;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The part of kafkajs's request queue that kafkajs-timers.ts patches. */
  export default class RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests: (this: RequestQueue) => void;
  }
}
