import { demoPart } from './demo/world.fixture.ts';
import { TOPIC_NAMES } from './domains.ts';
import { fleetPart } from './fleet/world.fixture.ts';
import type { GeneratorRuns, ReportFacts, RunFacts } from './input.ts';
import { inOrder, iso, PARTITIONS } from './log.fixture.ts';
import { loginsPart } from './logins/world.fixture.ts';
import { ordersPart } from './orders/world.fixture.ts';
import type { TopicName } from './types.ts';
import type { ArchiveObject, Commit, Held, LogRecord, StoreName, TopicLog, World } from './world.ts';

/** A world whose stores were all read. */
export type WholeWorld = Omit<World, StoreName> & Held;

export interface Synthetic {
  world: WholeWorld;
  facts: ReportFacts;
}

export const START = Date.parse('2026-11-21T08:00:00.000Z');
const RUN = START - 60_000;

/**
 * A small world in which everything is right, made by hand as the pipeline must produce it: a part for each domain.
 * @param readings the number of readings, orders and logins
 */
export function syntheticWorld(readings = 60, vehicles = 8): Synthetic {
  const parts = {
    fleet: fleetPart(readings, vehicles, START, RUN),
    demo: demoPart(START, RUN),
    orders: ordersPart(readings, START, RUN),
    logins: loginsPart(readings, START, RUN),
  };
  const all = Object.values(parts);
  const topics = topicsOf(all.flatMap(({ records }) => records));
  const generators = Object.fromEntries(Object.entries(parts).map(([name, { generator }]) => [name, generator]));
  const run: RunFacts = {
    seed: 7,
    seconds: readings / 10,
    startSeconds: 12,
    generators: generators as GeneratorRuns,
    lag: { max: 12, end: 0 },
    notRun: [],
  };
  return {
    world: {
      readAt: START + 60_000,
      topics,
      commits: commitsOf(topics),
      s3: Object.values(topics).flatMap(({ records }) => archiveOf(records)),
      rds: Object.assign({}, ...all.map(({ rds }) => rds)),
      dynamodb: Object.assign({}, ...all.map(({ dynamodb }) => dynamodb)),
      opensearch: all.flatMap(({ opensearch = [] }) => opensearch),
      file: all.flatMap(({ file = [] }) => file),
    },
    facts: Object.assign(run, ...all.map(({ facts }) => facts)),
  };
}

function topicsOf(records: readonly LogRecord[]): Record<TopicName, TopicLog> {
  const logs = TOPIC_NAMES.map((topic): [string, TopicLog] => {
    const own = records.filter((record) => record.topic === topic).sort(inOrder);
    const endOf = (partition: number) => (own.findLast((record) => record.partition === partition)?.offset ?? -1) + 1;
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({
      partition,
      start: 0,
      end: endOf(partition),
    }));
    return [topic, { partitions, records: own }];
  });
  return Object.fromEntries(logs) as Record<TopicName, TopicLog>;
}

/** A group that has read each topic in two steps. */
function commitsOf(topics: Readonly<Record<string, TopicLog>>): Commit[] {
  return Object.entries(topics).flatMap(([topic, { partitions }]) =>
    partitions.flatMap(({ partition, end }) =>
      [Math.floor(end / 2), end].map((offset) => ({ group: 'g', topic, partition, offset, timestamp: START })),
    ),
  );
}

/** The archive of these records, with three records in an object. */
function archiveOf(records: readonly LogRecord[]): ArchiveObject[] {
  const objects: ArchiveObject[] = [];
  for (const own of Map.groupBy(records, ({ partition }) => partition).values()) {
    for (let i = 0; i < own.length; i += 3) {
      const lines = own.slice(i, i + 3).map((record) => ({ ...record }));
      const { topic, partition, offset, timestamp } = lines[0] as LogRecord;
      const [day, hour] = iso(timestamp).split(/[T:]/);
      const key = `${topic}/dt=${day}/hour=${hour}/${partition}-${String(offset).padStart(20, '0')}.ndjson.gz`;
      objects.push({ key, lastModified: timestamp + 900, records: lines });
    }
  }
  return objects;
}
