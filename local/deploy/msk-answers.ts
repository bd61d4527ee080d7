import { type References, readAddress } from '#msk';
import type { Answers } from './refuse-aws.ts';

const CLUSTER = /^arn:aws:kafka:[^:]*:\d*:cluster\//;

/**
 * The local answers of Amazon MSK's API to `GetBootstrapBrokers`: the local brokers, for each cluster of the template.
 * The local brokers have one listener, so the answer has no other address.
 * @param address `endpoints.kafka` of a stack
 */
export function mskAnswers(references: References, address: string): Answers {
  const { bootstrapServers, login } = readAddress(address);
  const listener = login === undefined ? 'bootstrapBrokerString' : 'bootstrapBrokerStringSaslScram';
  const clusters = Object.values(references).flatMap(({ Arn }) =>
    typeof Arn === 'string' && CLUSTER.test(Arn) ? [Arn] : [],
  );
  const answer = { status: 200, body: { [listener]: bootstrapServers } };
  return Object.fromEntries(clusters.map((arn) => [`GET /v1/clusters/${arn}/bootstrap-brokers`, () => answer]));
}
