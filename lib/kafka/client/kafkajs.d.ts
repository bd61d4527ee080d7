declare module 'kafkajs/src/protocol/encoder.js' {
  /** The part of kafkajs's protocol encoder that kafkajs-headers.ts patches and tests read. */
  export default class Encoder {
    readonly buffer: Buffer;
    writeVarIntBytes: (this: Encoder, value: Buffer | string | null) => Encoder;
  }
}

declare module 'kafkajs/src/protocol/decoder.js' {
  /** The part of kafkajs's protocol decoder that fetched-headers.ts patches. */
  export default class Decoder {
    readVarIntArray: (this: Decoder, reader: (decoder: Decoder) => unknown) => unknown[];
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

declare module 'kafkajs/src/protocol/requests/index.js' {
  /** The requests by name, as far as fetch-request.ts sets one. */
  const protocol: { requests: { Fetch: { versions: string[]; protocol: () => (asked: object) => object } } };
  export default protocol;
}

declare module 'kafkajs/src/protocol/requests/fetch/v11/request.js' {
  export default function request(asked: object): object;
}

declare module 'kafkajs/src/protocol/requests/fetch/v11/response.js' {
  const response: object;
  export default response;
}

declare module 'kafkajs/src/broker/saslAuthenticator/scram512.js' {
  import type { AuthenticationProviderArgs, Authenticator } from 'kafkajs';

  const provider: (user: { username: string; password: string }) => (args: AuthenticationProviderArgs) => Authenticator;
  export default provider;
}
