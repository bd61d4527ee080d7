/** A download that a Java program consists of: one folder of jars in the cache. */
export interface Artifact {
  /** The name of its folder in the cache, and of the download. */
  readonly name: string;
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

/** Compiles this project's Java programs, so that no JDK is needed. */
export const COMPILER: Artifact = {
  name: 'compiler',
  version: '3.40.0',
  coordinates: ['org.eclipse.jdt:ecj:3.40.0'],
  megabytes: 3.3,
};

export const KAFKA: Artifact = {
  name: 'kafka',
  version: '4.3.1',
  // Kafka's dependencies have no slf4j binding: without it Kafka logs nothing.
  coordinates: ['org.apache.kafka:kafka_2.13:4.3.1', 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4'],
  megabytes: 46,
};

/** bench/kafka-streams compares this project's windows with it. */
export const KAFKA_STREAMS: Artifact = {
  name: 'kafka-streams',
  version: '4.3.1',
  coordinates: ['org.apache.kafka:kafka-streams:4.3.1', 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4'],
  source: '../../bench/kafka-streams/ProductMetrics.java',
  megabytes: 85,
};

/** bench/sinks compares the RDS sink with this connector. */
export const CONNECT_JDBC: Artifact = {
  name: 'connect-jdbc',
  version: '3.2.0',
  coordinates: [
    'org.apache.kafka:connect-runtime:4.3.1',
    'io.debezium:debezium-connector-jdbc:3.2.0.Final',
    // Connect's version; the connector's own is older.
    'com.fasterxml.jackson.core:jackson-core:2.21.2',
    'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4',
  ],
  megabytes: 72,
};

/** Another implementation of Avro, for test/integration/logins-interop.servers.test.ts. */
export const AVRO: Artifact = {
  name: 'avro',
  version: '1.12.0',
  coordinates: ['org.apache.avro:avro:1.12.0', 'org.slf4j:slf4j-nop:2.0.17'],
  source: '../../test/interop/AvroLogins.java',
  megabytes: 4,
};
