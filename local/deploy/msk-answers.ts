import type { References } from '#msk';
import type { Answers } from './refuse-aws.ts';

const CLUSTER = /^arn:aws:kafka:[^:]*:\d*:cluster\//;

/**
 * What Amazon MSK's own API answers here: `GetBootstrapBrokers` of the template's clusters, all of them the local
 * brokers. They have a plaintext listener alone, and so the answer names no other.
 * @param brokers "127.0.0.1:9092,…"
 */
export function mskAnswers(references: References, brokers: string): Answers {
  const clusters = Object.values(references).flatMap(({ Arn }) =>
    typeof Arn === 'string' && CLUSTER.test(Arn) ? [Arn] : [],
  );
  const answer = { status: 200, body: { bootstrapBrokerString: brokers } };
  return Object.fromEntries(clusters.map((arn) => [`GET /v1/clusters/${arn}/bootstrap-brokers`, () => answer]));
}
