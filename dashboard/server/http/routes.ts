import { coordinatesOf } from '#proof/follow/coordinates.ts';
import { answer, answerJson, readJson } from './answers.ts';
import { RequestError } from './guard.ts';
import { redriveRoutes } from './redrive-routes.ts';
import type { Route } from './route.ts';

/** Everything but the page's own files. */
export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/events$/,
    async respond({ url, response, broadcast }) {
      broadcast.open(response, url.searchParams.get('tail'));
    },
  },
  {
    method: 'GET',
    path: /^\/way$/,
    async respond({ url, response, source }) {
      const place = coordinatesOf(required(url, 'source'));
      if (place === undefined)
        throw new RequestError(400, 'a source is <topic>-<partition>-<offset>, such as raw-data-topic-0-15', 'source');
      answerJson(response, await source.way(place));
    },
  },
  {
    method: 'GET',
    path: /^\/record$/,
    async respond({ url, response, source }) {
      const place = {
        topic: required(url, 'topic'),
        partition: wholeNumber(url, 'partition'),
        offset: wholeNumber(url, 'offset'),
      };
      answerJson(response, await source.record(place, url.searchParams.get('reveal') === '1'));
    },
  },
  {
    method: 'POST',
    path: /^\/send$/,
    async respond({ request, response, source }) {
      const { topic, key = null, value } = await readJson(request);
      if (typeof topic !== 'string') throw new RequestError(400, 'topic must be text', 'topic');
      if (typeof key !== 'string' && key !== null) throw new RequestError(400, 'key must be text or null', 'key');
      if (typeof value !== 'string') throw new RequestError(400, 'value must be text', 'value');
      answerJson(response, await source.send({ topic, key, value }), 201);
    },
  },
  ...redriveRoutes,
  {
    method: 'GET',
    path: /^\/api\//,
    async respond({ url, response, source }) {
      const { status, type, body } = await source.api(url.pathname.slice('/api'.length) + url.search);
      answer(response, status, type, body);
    },
  },
];

function required(url: URL, name: string): string {
  const value = url.searchParams.get(name);
  if (value === null || value === '') throw new RequestError(400, `${name} is missing`, name);
  return value;
}

function wholeNumber(url: URL, name: string): number {
  const text = required(url, name);
  if (!/^\d{1,15}$/.test(text)) throw new RequestError(400, `${name} must be a whole number`, name);
  return Number(text);
}
