import { NOWHERE } from '#local/deploy/servers.ts';
import type { Endpoints } from '#local/servers/catalogue.ts';
import type { Server } from '#local/servers/server.ts';
import { type HttpProxy, httpProxy } from './http-proxy.ts';
import { type TcpProxy, tcpProxy } from './tcp-proxy.ts';

/** The servers of HTTP that functions use, by the names of their addresses. */
export const HTTP_SERVERS = ['dynamodb', 's3', 'rdsData', 'opensearch', 'schemaRegistry'] as const;
export type HttpServer = (typeof HTTP_SERVERS)[number];

/** Proxies between the functions with their pollers, and all servers. Generators and the report go past them. */
export interface Proxies {
  /** the ports that the brokers advertise to clients behind the proxies */
  readonly kafkaPorts: readonly number[];
  readonly kafka: readonly TcpProxy[];
  /** absent for a server that doesn't run */
  readonly http: Readonly<Partial<Record<HttpServer, HttpProxy>>>;
  /** Puts the proxies before the servers. @returns the addresses of the proxies */
  before(servers: readonly Server[], endpoints: Endpoints): Promise<Endpoints>;
  close(): Promise<void>;
}

/** @param brokers their proxies listen at once: a broker needs its proxy's port when it starts */
export async function startProxies(brokers: number, seed: number): Promise<Proxies> {
  const kafka = await Promise.all(Array.from({ length: brokers }, (_, index) => tcpProxy(seed + index)));
  const http: Partial<Record<HttpServer, HttpProxy>> = {};
  const local = (port: number) => `127.0.0.1:${port}`;
  return {
    kafkaPorts: kafka.map(({ port }) => port),
    kafka,
    http,
    async before(servers, endpoints) {
      const listeners = servers.flatMap(({ proxied }) => proxied ?? []);
      for (const [index, proxy] of kafka.entries()) proxy.to = listeners[index];
      const own = { ...endpoints, kafka: kafka.map(({ port }) => local(port)).join(',') };
      for (const [index, name] of HTTP_SERVERS.entries()) {
        if (endpoints[name] === NOWHERE) continue;
        const proxy = await httpProxy(endpoints[name], seed + 100 + index);
        http[name] = proxy;
        own[name] = proxy.endpoint;
      }
      return own;
    },
    async close() {
      await Promise.all([...kafka, ...Object.values(http)].map((proxy) => proxy.close()));
    },
  };
}
