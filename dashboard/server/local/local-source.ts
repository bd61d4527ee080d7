import type { Flow, LiveEvents, State } from '../../contract.ts';
import { RequestError } from '../http/guard.ts';
import { Consumer } from '../live/consumer.ts';
import { FlowMeter } from '../live/flow.ts';
import { Health } from '../live/health.ts';
import type { PlacedRecord } from '../live/kafka-record.ts';
import { Live } from '../live/live.ts';
import { Tails } from '../live/tails.ts';
import type { RunFacts } from '../messages.ts';
import type { Source } from '../source.ts';

const MEASURE_MS = 1_000;
const HEALTH_MS = 2_000;
/** How long a fetch waits for more records: while a page is open, and else. */
const [WATCHED_MS, UNWATCHED_MS] = [200, 2_000];
/** Dead letters of each partition that are read although they were there before. */
const DEAD_LETTERS_BACK = 100;

export interface LocalSource extends Source {
  /** Takes the latest states of the run's mappings. */
  status: FlowMeter['status'];
}

/** The data of a run on this machine: from Kafka by one consumer, and from the run itself. */
export function localSource(facts: RunFacts, now: () => number = Date.now): LocalSource {
  const live = new Live(now);
  const meter = new FlowMeter({ brokers: facts.kafka, graph: facts.graph, now });
  const health = new Health(facts.servers);
  let pages = 0;
  let isMeasured = false;

  const topics = facts.graph.nodes.filter(({ kind }) => kind === 'topic').map(({ name }) => name);
  const deadLetterTopics = new Set(topics.filter((topic) => topic.endsWith('-dlq')));
  const isLive = (topic: string) => Object.hasOwn(live.topics, topic) || deadLetterTopics.has(topic);
  const consumer = new Consumer({
    brokers: facts.kafka,
    patienceMs: () => (pages > 0 ? WATCHED_MS : UNWATCHED_MS),
    took(record: PlacedRecord) {
      live.topics[record.topic]?.take(record);
      if (deadLetterTopics.has(record.topic)) live.deadLetter(record);
      tails.add(record);
    },
  });
  const tails = new Tails(
    (topic) => void (isLive(topic) || consumer.add(topic, 0)),
    (topic) => void (isLive(topic) || consumer.remove(topic)),
  );
  for (const topic of topics) {
    const back = live.topics[topic]?.back ?? (deadLetterTopics.has(topic) ? DEAD_LETTERS_BACK : undefined);
    if (back !== undefined) void consumer.add(topic, back);
  }
  const stopMeasuring = repeat(MEASURE_MS, async () => {
    await meter.measure().catch(() => {});
    isMeasured = true;
  });
  const stopAsking = repeat(HEALTH_MS, () => health.ask(now));
  const flow = (): Flow => ({ ...meter.flow, servers: health.servers });

  return {
    status: (mappings) => meter.status(mappings),
    watched(count) {
      pages = count;
    },
    state: (): State => ({
      mode: 'local',
      stage: facts.stage,
      now: now(),
      graph: facts.graph,
      samples: [],
      flow: flow(),
      ...live.state(),
    }),
    changes(): Partial<LiveEvents> {
      const changes = live.changes();
      if (!isMeasured) return changes;
      isMeasured = false;
      return { flow: flow(), ...changes };
    },
    tail(topic) {
      if (!topics.includes(topic)) throw new RequestError(400, `no topic of this run: ${topics.join(', ')}`, 'tail');
      return tails.open(topic);
    },
    way: notYet,
    record: notYet,
    send: notYet,
    api: notYet,
    async stop() {
      stopMeasuring();
      stopAsking();
      await Promise.all([consumer.stop(), meter.stop()]);
    },
  };
}

async function notYet(): Promise<never> {
  throw new RequestError(501, 'not yet');
}

/** Repeats a work with a pause in between; a slow one isn't started twice. @returns ends the repetition */
function repeat(ms: number, work: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout;
  let isStopped = false;
  const run = async () => {
    await work();
    if (!isStopped) timer = setTimeout(() => void run(), ms);
  };
  timer = setTimeout(() => void run(), 0);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
