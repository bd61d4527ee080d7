import type { IncomingMessage } from 'node:http';
import { answerJson, readJson } from './answers.ts';
import { RequestError } from './guard.ts';
import type { Route } from './route.ts';

/** A redrive of dead letters: first a dry run, then, by another request that names it, the run. */
export const redriveRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/redrive$/,
    async respond({ response, source }) {
      answerJson(response, (await source.redrives()).latest);
    },
  },
  {
    method: 'POST',
    path: /^\/redrive\/plan$/,
    async respond({ request, response, source }) {
      const { topic, code } = await readJson(request);
      if (typeof topic !== 'string') throw new RequestError(400, 'topic must be text', 'topic');
      if (typeof code !== 'string' && code !== undefined) throw new RequestError(400, 'code must be text', 'code');
      answerJson(response, await (await source.redrives()).plan({ topic, code }), 201);
    },
  },
  {
    method: 'POST',
    path: /^\/redrive\/run$/,
    async respond({ request, response, source }) {
      const id = await idOf(request);
      answerJson(response, (await source.redrives()).run(id), 202);
    },
  },
  {
    method: 'POST',
    path: /^\/redrive\/stop$/,
    async respond({ request, response, source }) {
      const id = await idOf(request);
      answerJson(response, await (await source.redrives()).stop(id));
    },
  },
];

async function idOf(request: IncomingMessage): Promise<string> {
  const { id } = await readJson(request);
  if (typeof id !== 'string') throw new RequestError(400, 'id must be text', 'id');
  return id;
}
