import { join } from 'node:path';
import type { Java } from './java/java.ts';
import { jvmServer } from './java/jvm-server.ts';
import type { Server, ServerContext } from './server.ts';

/**
 * One OpenSearch node, without the security plugin.
 * @param java 21 or later
 * @param transportPort where it would speak to other nodes
 */
export function openSearchServer(context: ServerContext, java: Java, transportPort: number): Server {
  const endpoint = `http://127.0.0.1:${context.port}`;
  return jvmServer(context, java, {
    name: 'opensearch',
    endpoint,
    artifact: 'opensearch',
    heap: 512,
    // Lucene maps its files by java.lang.foreign, which a JVM warns of.
    flags: ['--enable-native-access=ALL-UNNAMED'],
    main: ['LoopbackOpenSearch', String(context.port), String(transportPort), join(context.data, 'node')],
    prepare: async () => {},
    probe: async () => {
      const url = `${endpoint}/_cluster/health?wait_for_status=yellow&timeout=1s`;
      const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
      if (!response.ok) throw new Error(`health: ${response.status}`);
      await response.body?.cancel();
    },
  });
}
