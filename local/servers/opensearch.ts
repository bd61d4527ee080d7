import { join } from 'node:path';
import { probeHttp } from './http-probe.ts';
import type { Java } from './java/java.ts';
import { jvmServer } from './java/jvm-server.ts';
import type { Server, ServerContext } from './server.ts';

/**
 * One OpenSearch node, without the security plugin.
 * @param java 21 or later
 * @param transportPort for other nodes; unused, but OpenSearch listens on it
 */
export function openSearchServer(context: ServerContext, java: Java, transportPort: number): Server {
  const endpoint = `http://127.0.0.1:${context.port}`;
  return jvmServer(context, java, {
    name: 'opensearch',
    endpoint,
    artifact: 'opensearch',
    heap: 512,
    // Lucene uses java.lang.foreign, about which a JVM warns without this flag.
    flags: ['--enable-native-access=ALL-UNNAMED'],
    main: ['LoopbackOpenSearch', String(context.port), String(transportPort), join(context.data, 'node')],
    prepare: async () => {},
    probe: () => probeHttp('health', `${endpoint}/_cluster/health?wait_for_status=yellow&timeout=1s`),
  });
}
