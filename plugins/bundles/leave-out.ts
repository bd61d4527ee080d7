import { join } from 'node:path';
import type { Plugin } from 'esbuild';

const SERVICE = join(import.meta.dirname, '..', '..');
const LEFT_OUT = 'left out of the bundles: see plugins/bundles';

/** A module in the place of one that throws when it is used. */
const instead = (exported: string) =>
  `const fail = () => { throw new Error(${JSON.stringify(LEFT_OUT)}) };\nmodule.exports = ${exported};`;

/**
 * The requests of kafkajs's producer, and of lib/kafka/client/offsets.ts. The others serve its consumer, its admin client
 * and transactions.
 */
const SENT =
  /\/(?:apiVersions|findCoordinator|listOffsets|metadata|offsetFetch|produce|saslAuthenticate|saslHandshake)\/index\.js$/;

/**
 * kafkajs's ways to authenticate. KAFKA_AUTH knows two: IAM, which uses OAUTHBEARER, and SCRAM-SHA-512
 * (lib/kafka/client/client.ts).
 */
const AUTHENTICATORS = /\/kafkajs\/src\/broker\/saslAuthenticator\/(?:awsIam|plain|scram256)\.js$/;

const PACKAGE = JSON.stringify({ bugs: { url: 'https://github.com/tulios/kafkajs/issues' } });

/**
 * Plugins of esbuild (custom.esbuild.plugins in serverless.yml): leave out of the bundles what no function uses, but
 * esbuild can't drop, since CommonJS modules load it when they load, or the SDK refers to it. It is a third of the code.
 * They also replace kafkajs's encoder of records by a faster one. The plugins read no files but themselves:
 * plugins/bundles/bundle-cache.ts relies on it.
 */
const leaveOut: Plugin[] = [
  {
    name: 'leave-out',
    setup(build) {
      build.onLoad({ filter: /\/kafkajs\/src\/(?:admin|consumer)\/index\.js$/ }, () => ({ contents: instead('fail') }));
      build.onLoad({ filter: /\/kafkajs\/src\/consumer\/(?:assigners\/index|assignerProtocol)\.js$/ }, () => ({
        contents: instead('{}'),
      }));
      build.onLoad({ filter: /\/kafkajs\/src\/protocol\/requests\/\w+\/index\.js$/ }, ({ path }) =>
        SENT.test(path) ? undefined : { contents: instead('{ versions: [], protocol: fail }') },
      );
      build.onLoad({ filter: AUTHENTICATORS }, () => ({ contents: instead('fail') }));
      // The format of records before Kafka 0.11: no broker of Amazon MSK needs it.
      build.onLoad({ filter: /\/kafkajs\/src\/protocol\/messageSet\/index\.js$/ }, () => ({
        contents: instead('fail'),
      }));
      // kafkajs's errors name the address in it, and nothing else needs it.
      build.onLoad({ filter: /\/kafkajs\/package\.json$/ }, () => ({ contents: PACKAGE, loader: 'json' }));
      // kafkajs takes 20 µs to encode a record, and lib/kafka/client/record-encoder.ts a tenth of that.
      build.onLoad({ filter: /\/kafkajs\/src\/protocol\/recordBatch\/record\/v0\/index\.js$/ }, () => ({
        contents: "module.exports = require('./lib/kafka/client/record-encoder.ts').encodeRecord;",
        resolveDir: SERVICE,
      }));
      const credentials = join(import.meta.dirname, 'role-credentials.ts');
      build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({ path: credentials }));
    },
  },
];
export default leaveOut;
