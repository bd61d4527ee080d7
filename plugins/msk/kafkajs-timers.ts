import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;

/**
 * kafkajs 2.2.4 looks for throttled requests by a timer that renews itself, with a delay below zero where there are
 * none: each connection wakes the process a thousand times a second, and Node 24 warns of it (its issues
 * 1556 and 1751). A queue without requests needs no timer, for the request that is queued next sets one.
 */
RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleWherePending() {
  if (this.pending.length > 0) schedule.call(this);
};
