import { TOPIC_NAMES } from './domains.ts';
import type { Places } from './places.ts';
import { readCommits } from './readback/commits.ts';
import { readTopics } from './readback/kafka.ts';
import type { Readback } from './readback/readback.ts';
import { STORES } from './readback/stores.ts';
import { isUnread, type StoreName, type Unread, type World } from './world.ts';

/**
 * Reads back everything that the report judges. It reads the topics first, because the stores get their data from them.
 * A store that doesn't answer is `failed` in the result, and makes the report not ok.
 * @throws Error where the topics can't be read: every expectation is computed from them
 */
export async function readWorld({ kafka, stores }: Places): Promise<World> {
  // The commits before the topics: a commit is never ahead of what its topic holds later.
  const commits = await readCommits(kafka);
  const topics = await readTopics(kafka, TOPIC_NAMES);
  const held = await Promise.all(
    Object.entries(STORES).map(async ([name, store]) => [name, await read(store, stores[name as StoreName])]),
  );
  return { readAt: Date.now(), topics, commits, ...(Object.fromEntries(held) as Pick<World, StoreName>) };
}

/** @param place the store's own; the types of {@link Places} hold that */
async function read({ read: readStore }: Readback<never, unknown>, place: object): Promise<unknown> {
  if (isUnread(place)) return place;
  try {
    return await readStore(place as never);
  } catch (error) {
    return { failed: messageOf(error) } satisfies Unread;
  }
}

/** An error's message with the messages of its causes. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}
