import type { Coordinates } from '#proof/follow/coordinates.ts';
import { findRecords } from '#proof/follow/records.ts';
import { FIND_STORED, identityIn, type Stored } from '#proof/follow/stored.ts';
import { placesOf, type StackPlaces } from '#proof/places.ts';
import type { LogRecord } from '#proof/world.ts';
import type { Graph, Way } from '../../contract.ts';
import type { RunFacts } from '../messages.ts';
import { type Found, type IsDone, stepsOf, storedKey, storesFilledBy } from './steps.ts';

/** How long after a record its traces are looked for first: a whole topic of hours would take many seconds to read. */
const WITHIN_MS = 300_000;

/**
 * The way of the record with these coordinates: what `npm run follow` finds, as steps with times.
 * @param isDone from before the call: what a function had produced by its commit is then found
 */
export async function wayOf(asked: Coordinates, facts: RunFacts, isDone: IsDone): Promise<Way> {
  const { kafka, stores } = placesOf(facts.endpoints, facts.references);
  const found = await findRecords(kafka, asked, WITHIN_MS);
  const stored: Found['stored'] = await storedOf(found.record, found.produced, facts.graph, stores);
  return stepsOf({ ...found, stored }, facts.graph, isDone);
}

/** Asks each store for each record that a function stores in it. */
async function storedOf(
  origin: LogRecord | undefined,
  produced: readonly LogRecord[],
  graph: Graph,
  places: StackPlaces['stores'],
): Promise<Map<string, Stored[] | { failed: string }>> {
  const stored = new Map<string, Stored[] | { failed: string }>();
  const questions = [...(origin ? [origin] : []), ...produced].flatMap((record) =>
    storesOf(record.topic, graph).map((store) => ({ record, store })),
  );
  await Promise.all(
    questions.map(async ({ record, store }) => {
      const find = FIND_STORED[store];
      if (find === undefined) return;
      const identity = identityIn(record, record !== origin);
      const answer = await find(places, record, identity).catch((error: Error) => ({ failed: error.message }));
      stored.set(storedKey(record, store), answer);
    }),
  );
  return stored;
}

/** The stores that the sinks fill from a topic. */
function storesOf(topic: string, graph: Graph): string[] {
  const readers = graph.edges.filter(({ from }) => from === `topic:${topic}`).map(({ to }) => to);
  return [...new Set(readers.flatMap((reader) => storesFilledBy(reader, graph)))];
}
