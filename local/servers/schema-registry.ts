import { join } from 'node:path';
import { NOWHERE } from '../deploy/servers.ts';
import type { ServerDescription } from './description.ts';
import { probeHttp } from './http-probe.ts';
import type { Artifact } from './jars/artifacts.ts';
import type { Java } from './java/java.ts';
import { jvmServer } from './java/jvm-server.ts';
import { MODERN } from './java/private-java.ts';
import { type Server, type ServerContext, ServerError } from './server.ts';

/** The root of Confluent's Schema Registry API in Apicurio. */
const API = '/apis/ccompat/v7';

const ARTIFACT: Artifact = {
  name: 'schema-registry',
  version: '3.3.3',
  coordinates: ['io.apicurio:apicurio-registry-app:3.3.3:all:tar.gz'],
  without: ['*:*'],
  unpack: true,
  megabytes: 160,
};

export const schemaRegistry = {
  name: 'schema-registry',
  usual: 8085,
  modernJava: true,
  isIn: ({ minimal, schemaRegistry: asked = false }) => !minimal && asked,
  artifact: ARTIFACT,
  optional: true,
  make: ({ context, java }) => schemaRegistryServer(context, java),
  endpoint: 'schemaRegistry',
  // Without a registry, a record in the registry's framing is a dead letter, as in a stage without a registry.
  variables: (endpoint) => ({ SCHEMA_REGISTRY_URL: endpoint === NOWHERE ? '' : endpoint }),
} as const satisfies ServerDescription;

/**
 * Apicurio Registry; its endpoint is the root of Confluent's Schema Registry API. Its data is in a file where it is
 * kept, or else in memory.
 */
export function schemaRegistryServer(context: ServerContext, java: Java): Server {
  const endpoint = `http://127.0.0.1:${context.port}${API}`;
  const properties = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': context.port,
    // The management interface can't be switched off, and listens on every interface by default.
    'quarkus.management.host': '127.0.0.1',
    'quarkus.management.port': 0,
    'quarkus.http.access-log.enabled': false,
    'quarkus.log.level': 'WARN',
    // An id must mean the same schema as long as a kept topic has records with it.
    ...(context.kept && { 'apicurio.datasource.url': `jdbc:h2:file:${join(context.data, 'registry')}` }),
  };
  return jvmServer(context, java, {
    name: 'schema-registry',
    endpoint,
    artifact: ARTIFACT,
    heap: 384,
    // The jar's manifest has the same setting, but only `java -jar` reads it.
    flags: [
      '--add-opens=java.base/java.lang=ALL-UNNAMED',
      ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
    ],
    main: ['io.quarkus.bootstrap.runner.QuarkusEntryPoint'],
    prepare: async () => requireJava(java),
    probe: () => probeHttp('subjects', `${endpoint}/subjects`),
  });
}

function requireJava({ version, home }: Java): void {
  if (version >= MODERN) return;
  throw new ServerError(
    `The schema registry needs Java >= ${MODERN}; ${home} is ${version}. ` +
      'Install a newer one and set JAVA_HOME to it, or run without logins (--only fleet,orders).',
  );
}
