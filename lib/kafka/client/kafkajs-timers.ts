import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;

/**
 * kafkajs 2.2.4 renews a timer for throttled requests for ever, with a delay below zero while there are none: each
 * connection then wakes its process a thousand times a second, on Lambda's bill too, and Node 24 warns of it (kafkajs
 * issues 1556, 1751). A queue that is empty needs no timer: the next request that is queued sets one.
 */
RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleWherePending() {
  if (this.pending.length > 0) schedule.call(this);
};
