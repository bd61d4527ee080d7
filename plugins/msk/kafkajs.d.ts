declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The part of kafkajs's queue of a connection's requests that the plugin mends. */
  export default class RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests: (this: RequestQueue) => void;
  }
}
