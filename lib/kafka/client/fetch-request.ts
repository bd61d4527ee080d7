import request from 'kafkajs/src/protocol/requests/fetch/v11/request.js';
import response from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import protocol from 'kafkajs/src/protocol/requests/index.js';

/** The consumer. Another value is a replica's. */
const CONSUMER = -1;

/**
 * Gives kafkajs 2.2.4 back the request Fetch, which the bundles lack (plugins/bundles/leave-out.ts): in one version,
 * which every broker since Kafka 2.3 knows. Only the bundle of a function that imports this gets the code.
 */
protocol.requests.Fetch = {
  versions: ['11'],
  protocol: () => (asked) => ({ request: request({ ...asked, replicaId: CONSUMER }), response }),
};
