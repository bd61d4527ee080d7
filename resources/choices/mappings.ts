import type { Serverless } from './choices.ts';
import { functionFiles } from './parts.ts';

interface Events {
  events?: { msk?: { topic: string; consumerGroupId: string } }[];
}

/** The folder of the function that gets this list: it has no mappings, and can't be read while it is being read. */
const READER = 'functions/api/';

/**
 * For the variable MAPPINGS of readPipeline: by function, the topics of its mappings, with the group only where it isn't
 * the usual FUNCTION-TOPIC-v1 (functions/api/pipeline/mappings.ts reads it).
 */
export async function mappings(serverless: Serverless): Promise<string> {
  const files = (await functionFiles(serverless, (file) => !file.startsWith(READER))) as Record<string, Events>[];
  const listed = files.flatMap((file) =>
    Object.entries(file).flatMap(([name, { events = [] }]) => {
      const topics = events.flatMap(({ msk }) => (msk === undefined ? [] : [topicOf(name, msk)]));
      return topics.length === 0 ? [] : [[name, topics]];
    }),
  );
  return JSON.stringify(Object.fromEntries(listed));
}

function topicOf(name: string, { topic, consumerGroupId }: { topic: string; consumerGroupId: string }) {
  return consumerGroupId === `${name}-${topic}-v1` ? topic : [topic, consumerGroupId];
}
