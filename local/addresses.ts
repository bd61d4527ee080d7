import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { composeAddresses } from './compose.ts';
import { kafkaOf, NOWHERE } from './deploy/servers.ts';
import type { Endpoints } from './servers/catalogue.ts';
import { probePostgres } from './servers/postgres/postgres.ts';
import { type Server, ServerError } from './servers/server.ts';

/** Addresses of servers that run already. The Data API isn't among them: it is always ours, before PostgreSQL. */
export type Addresses = Readonly<Partial<Omit<Endpoints, 'rdsData'>>>;

const KNOWN = ['kafka', 'dynamodb', 's3', 'postgres', 'opensearch', 'schemaRegistry'] as const;
type Known = (typeof KNOWN)[number];
/** Without these, most functions have nothing to work with. */
const NEEDED: readonly Known[] = ['kafka', 'dynamodb', 's3', 'postgres'];

const READY_MS = 20_000;
const PAUSE_MS = 500;

/**
 * The servers that `--attach` names.
 * @param what `compose` for those of docker-compose.yml, or a JSON file of addresses: `{"kafka": "127.0.0.1:9092", …}`.
 * The `.local/stack.json` of another checkout is such a file too: its addresses are in `endpoints`.
 * @throws ServerError where the file can't be read, or lacks an address
 */
export async function readAddresses(what: string): Promise<Addresses> {
  const found = what === 'compose' ? await composeAddresses() : await fromFile(what);
  const own = Object.fromEntries(KNOWN.flatMap((name) => (isAddress(found[name]) ? [[name, found[name]]] : [])));
  const missing = NEEDED.filter((name) => !Object.hasOwn(own, name));
  if (missing.length > 0) {
    throw new ServerError(
      `${what} has no address of ${missing.join(', ')}. It needs ${NEEDED.join(', ')}, and may have opensearch and schemaRegistry.`,
    );
  }
  return own;
}

const isAddress = (value: unknown): value is string => typeof value === 'string' && value !== NOWHERE;

async function fromFile(path: string): Promise<Record<string, unknown>> {
  try {
    const { endpoints, ...others } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    return typeof endpoints === 'object' && endpoints !== null ? { ...endpoints } : others;
  } catch (error) {
    throw new ServerError(`--attach can't read ${path}: ${(error as Error).message}`);
  }
}

/** The servers at the addresses. This run doesn't start or stop them; it only waits until they answer. */
export function attachedServers(addresses: Addresses): Server[] {
  return KNOWN.flatMap((name) => {
    const endpoint = addresses[name];
    if (endpoint === undefined) return [];
    const server: Server = {
      name: name === 'schemaRegistry' ? 'schema-registry' : name,
      endpoint,
      start: async () => {},
      ready: () => answersInTime(name, endpoint),
      answers: () =>
        probeOf(name)(endpoint).then(
          () => true,
          () => false,
        ),
      stop: async () => {},
    };
    return [server];
  });
}

/** @throws ServerError where the server doesn't answer in time */
async function answersInTime(name: Known, endpoint: string): Promise<void> {
  const end = Date.now() + READY_MS;
  for (;;) {
    try {
      return await probeOf(name)(endpoint);
    } catch (error) {
      if (Date.now() < end) await sleep(PAUSE_MS);
      else throw new ServerError(`${name} doesn't answer at ${endpoint}: ${(error as Error).message}. Does it run?`);
    }
  }
}

/** Any answer will do: a server of HTTP that refuses a request runs. */
async function probeHttp(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
}

const probeOf = (name: Known) => PROBES[name] ?? probeHttp;

const PROBES: Partial<Record<Known, (endpoint: string) => Promise<void>>> = {
  async kafka(brokers) {
    const admin = kafkaOf({ kafka: brokers }, 'attach').admin();
    try {
      await admin.connect();
      await admin.describeCluster();
    } finally {
      await admin.disconnect();
    }
  },
  postgres: probePostgres,
};
