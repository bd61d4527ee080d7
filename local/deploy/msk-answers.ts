import type { References } from '#msk';
import type { Answers } from './refuse-aws.ts';

const CLUSTER = /^arn:aws:kafka:[^:]*:\d*:cluster\//;

/**
 * The local answers of Amazon MSK's API to `GetBootstrapBrokers`: the local brokers, for each cluster of the template.
 * The local brokers have only a plaintext listener, so the answer has no other address.
 * @param brokers "127.0.0.1:9092,…"
 */
export function mskAnswers(references: References, brokers: string): Answers {
  const clusters = Object.values(references).flatMap(({ Arn }) =>
    typeof Arn === 'string' && CLUSTER.test(Arn) ? [Arn] : [],
  );
  const answer = { status: 200, body: { bootstrapBrokerString: brokers } };
  return Object.fromEntries(clusters.map((arn) => [`GET /v1/clusters/${arn}/bootstrap-brokers`, () => answer]));
}
