import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONNECT_JDBC } from '#local/servers/jars/artifacts.ts';
import { classPath } from '#local/servers/jars/jars.ts';
import { propertiesText } from '#local/servers/java/properties.ts';
import { LOG4J } from '#local/servers/kafka/kafka-properties.ts';
import { choosePorts } from '#local/servers/ports/ports.ts';
import { processServer } from '#local/servers/process/process-server.ts';
import type { Server } from '#local/servers/server.ts';
import { javaWith } from '#test/support/java.ts';

export interface ConnectOptions {
  /** for its files */
  readonly folder: string;
  readonly brokers: string;
  /** `postgres://user:password@host:port/database` */
  readonly postgres: string;
  readonly topic: string;
  readonly table: string;
}

const NAME = 'jdbc';
/** Of a statement, like a batch of insertIntoRds. */
const BATCH = 5_000;

/** Kafka Connect, standalone, with Debezium's JDBC sink: rows are upserted by `source`. Ready when its task runs. */
export async function connectWithJdbc({ folder, brokers, postgres, topic, table }: ConnectOptions): Promise<Server> {
  const { cache, java } = await javaWith(CONNECT_JDBC);
  const [port = 0] = await choosePorts([{ name: 'connect', usual: 28_083, option: '' }]);
  const endpoint = `http://127.0.0.1:${port}`;
  const { username, password, host, pathname } = new URL(postgres);
  const json = {
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': true,
  };
  const files: Record<string, string> = {
    'worker.properties': propertiesText({
      'bootstrap.servers': brokers,
      listeners: endpoint,
      'offset.storage.file.filename': join(folder, 'offsets'),
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      ...json,
      'consumer.max.poll.records': BATCH,
      'consumer.fetch.min.bytes': 1_000_000,
    }),
    'sink.properties': propertiesText({
      name: NAME,
      'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
      topics: topic,
      // stringtype: PostgreSQL casts the times, which are text. The driver joins the rows of a batch into one statement.
      'connection.url': `jdbc:postgresql://${host}${pathname}?stringtype=unspecified&reWriteBatchedInserts=true`,
      'connection.username': decodeURIComponent(username),
      'connection.password': decodeURIComponent(password),
      'insert.mode': 'upsert',
      'primary.key.mode': 'record_value',
      'primary.key.fields': 'source',
      'schema.evolution': 'none',
      'collection.name.format': table,
      'batch.size': BATCH,
    }),
    'log4j2.properties': LOG4J,
  };
  const path = (name: string) => join(folder, name);
  return processServer({
    name: 'connect',
    endpoint,
    port,
    log: path('connect.log'),
    async launch() {
      await mkdir(folder, { recursive: true });
      for (const [name, text] of Object.entries(files)) await writeFile(path(name), text);
      const log4j = `-Dlog4j2.configurationFile=${path('log4j2.properties')}`;
      const main = [
        'org.apache.kafka.connect.cli.ConnectStandalone',
        path('worker.properties'),
        path('sink.properties'),
      ];
      // No options for compiler or garbage collector: it runs as in production.
      return { command: java.path, args: [log4j, '-cp', classPath(cache, CONNECT_JDBC), ...main], cwd: folder };
    },
    async probe() {
      const response = await fetch(`${endpoint}/connectors/${NAME}/status`);
      const { tasks = [] } = (await response.json()) as { tasks?: { state: string; trace?: string }[] };
      if (tasks[0]?.state !== 'RUNNING') throw new Error(`the task isn't running: ${tasks[0]?.trace}`);
    },
    client: true,
    stopMs: 3_000,
  });
}
