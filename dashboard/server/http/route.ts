import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Source } from '../source.ts';
import type { Broadcast } from './broadcast.ts';

export interface Exchange {
  url: URL;
  request: IncomingMessage;
  response: ServerResponse;
  source: Source;
  broadcast: Broadcast;
}

export interface Route {
  method: 'GET' | 'POST';
  path: RegExp;
  respond(exchange: Exchange): Promise<void>;
}
