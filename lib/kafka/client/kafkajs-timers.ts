import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;

/**
 * Each connection of kafkajs 2.2.4 has a timer for throttled requests. It restarts this timer for ever, with a negative
 * delay while there are no such requests: the process wakes a thousand times a second, which costs Lambda time, and
 * Node 24 warns of it (kafkajs issues 1556, 1751). An empty queue needs no timer: the next request that is queued
 * starts it.
 */
RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleWherePending() {
  if (this.pending.length > 0) schedule.call(this);
};
