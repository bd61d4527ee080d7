import { clusterAt } from '#local/kafkajs-options.ts';
import { readRecord } from '#proof/readback/kafka.ts';
import { nameOf } from '#proof/world.ts';
import type { Flow, LiveEvents, State } from '../../contract.ts';
import { RequestError } from '../http/guard.ts';
import { FlowMeter } from '../live/flow.ts';
import { Health } from '../live/health.ts';
import { Heartbeat } from '../live/heartbeat.ts';
import type { RunFacts } from '../messages.ts';
import { samplesOf } from '../records/samples.ts';
import { shownRecord } from '../records/shown-record.ts';
import { readersIn } from '../redrive/readers.ts';
import type { Redrives } from '../redrive/redrives.ts';
import { repeat } from '../repeat.ts';
import type { Source } from '../source.ts';
import { askApi } from './api.ts';
import { Reading } from './reading.ts';

/** How often the brokers are asked for offsets, while a page is open. */
const MEASURE_MS = 1_000;
/** With the two timeouts of Health, a frozen server is known to be down after 5 s. */
const HEALTH_MS = 1_000;

export interface LocalSource extends Source {
  /** Takes the latest states of the run's mappings. */
  status: FlowMeter['status'];
}

/**
 * The data of a run on this machine: from Kafka by one consumer, and from the run itself.
 * @param lingerMs how long the topics are read after the last page has gone
 */
export function localSource(
  facts: RunFacts,
  { now = Date.now, lingerMs }: { now?: () => number; lingerMs?: number } = {},
): LocalSource {
  const meter = new FlowMeter({ brokers: facts.kafka, graph: facts.graph, now });
  const health = new Health(facts.servers);
  const functions = new Heartbeat('functions');
  let toldAt = 0;
  let redrives: Promise<Redrives> | undefined;

  const topics = facts.graph.nodes.filter(({ kind }) => kind === 'topic').map(({ name }) => name);
  const reading = new Reading({ brokers: facts.kafka, topics, now, ...(lingerMs !== undefined && { lingerMs }) });
  const measure = () => meter.measure().catch(() => {});
  let stopMeasuring: (() => void) | undefined;
  const stopAsking = repeat(HEALTH_MS, () => health.ask(now));
  const known = (topic: string, parameter: string): string => {
    if (topics.includes(topic)) return topic;
    throw new RequestError(400, `the topics are ${topics.join(', ')}`, parameter);
  };
  const flow = (): Flow => ({ ...meter.flow, servers: [...health.servers, functions.state(now())] });

  return {
    status(mappings) {
      functions.beat(now());
      meter.status(mappings);
    },
    watched(count) {
      reading.watched(count);
      if (count > 0) stopMeasuring ??= repeat(MEASURE_MS, measure);
      else {
        stopMeasuring?.();
        stopMeasuring = undefined;
      }
    },
    state: (): State => ({
      mode: 'local',
      stage: facts.stage,
      now: now(),
      graph: facts.graph,
      samples: samplesOf(topics, now()),
      canRedrive: true,
      flow: flow(),
      ...reading.live.state(),
    }),
    changes(): Partial<LiveEvents> {
      const changes = reading.live.changes();
      // By the clock: while a broker is frozen, no measurement ends, and the page must see that.
      if (now() - toldAt < MEASURE_MS) return changes;
      toldAt = now();
      return { flow: flow(), ...changes };
    },
    tail: (topic) => reading.tail(known(topic, 'tail')),
    async way(place) {
      const asked = { ...place, topic: known(place.topic, 'source') };
      if (stopMeasuring === undefined) await measure();
      const isDone = meter.isDone();
      // The clients of four stores: loaded when they are needed.
      const { wayOf } = await import('../way/way.ts');
      return wayOf(asked, facts, isDone);
    },
    async record(place, reveal) {
      const found = await readRecord(facts.kafka, { ...place, topic: known(place.topic, 'topic') });
      if (found === undefined) throw new RequestError(404, `${nameOf(place)} is not in the topic (any more)`);
      const headers = [...found.headers].flatMap(([name, values]) => values.map((value) => ({ name, value })));
      return { topic: place.topic, ...shownRecord(place.topic, place.partition, { ...found, headers }, reveal) };
    },
    async send(record) {
      const topic = known(record.topic, 'topic');
      const { sendOne } = await import('./send.ts');
      return sendOne(facts.kafka, { ...record, topic }, facts.otlp);
    },
    redrives() {
      redrives ??= redrivesOf(
        facts,
        topics.filter((topic) => topic.endsWith('-dlq')),
      );
      return redrives;
    },
    api: (path) => askApi((facts.endpoints as Record<string, string>)['api'], path),
    async stop() {
      stopMeasuring?.();
      stopAsking();
      await (await redrives)?.close();
      await Promise.all([reading.stop(), meter.stop()]);
    },
  };
}

/** The service and its schemas: loaded when they are needed. */
async function redrivesOf({ kafka, graph }: RunFacts, topics: readonly string[]): Promise<Redrives> {
  const [{ Redrives }, { localService }] = await Promise.all([
    import('../redrive/redrives.ts'),
    import('#functions/ops/redrive/ask.ts'),
  ]);
  return new Redrives({ ask: localService(clusterAt(kafka)), readers: readersIn(graph), topics });
}
