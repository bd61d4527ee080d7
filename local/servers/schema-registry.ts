import { join } from 'node:path';
import type { Java } from './java/java.ts';
import { jvmServer } from './java/jvm-server.ts';
import { type Server, type ServerContext, ServerError } from './server.ts';

/** The oldest feature release that Apicurio runs on; the other servers are content with less. */
export const REGISTRY_JAVA = 21;

/** Where Apicurio speaks Confluent's Schema Registry API. */
const API = '/apis/ccompat/v7';

/** Apicurio Registry; its endpoint is the root of Confluent's API. In memory, in a file where its data is kept. */
export function schemaRegistryServer(context: ServerContext, java: Java): Server {
  const endpoint = `http://127.0.0.1:${context.port}${API}`;
  const properties = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': context.port,
    // It can't be switched off, and would listen on every interface.
    'quarkus.management.host': '127.0.0.1',
    'quarkus.management.port': 0,
    'quarkus.http.access-log.enabled': false,
    'quarkus.log.level': 'WARN',
    // What ids stand for may not change while a kept topic holds records of them.
    ...(context.kept && { 'apicurio.datasource.url': `jdbc:h2:file:${join(context.data, 'registry')}` }),
  };
  return jvmServer(context, java, {
    name: 'schema-registry',
    endpoint,
    artifact: 'schema-registry',
    heap: 384,
    // The manifest of its jar says so too, which counts for `java -jar` alone.
    flags: [
      '--add-opens=java.base/java.lang=ALL-UNNAMED',
      ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
    ],
    main: ['io.quarkus.bootstrap.runner.QuarkusEntryPoint'],
    prepare: async () => requireJava(java),
    probe: async () => {
      const response = await fetch(`${endpoint}/subjects`, { signal: AbortSignal.timeout(2_000) });
      if (!response.ok) throw new Error(`subjects: ${response.status}`);
      await response.body?.cancel();
    },
  });
}

function requireJava({ version, home }: Java): void {
  if (version >= REGISTRY_JAVA) return;
  throw new ServerError(
    `The schema registry needs a JDK >= ${REGISTRY_JAVA}; ${home} is ${version}. ` +
      'Install a newer one and set JAVA_HOME to it, or leave logins out (--only fleet,orders).',
  );
}
