import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from './stack-file.ts';

export interface ComposeFile {
  services: Record<string, { ports?: string[]; environment?: Record<string, string> }>;
}

/** How the address of each server is made from the port that its service publishes on this machine. */
const ADDRESSES: Readonly<Record<string, { service: string; port: number; address: (port: string) => string }>> = {
  kafka: { service: 'kafka', port: 9092, address: (port) => `127.0.0.1:${port}` },
  dynamodb: { service: 'dynamodb', port: 8000, address: (port) => `http://127.0.0.1:${port}` },
  s3: { service: 's3', port: 80, address: (port) => `http://127.0.0.1:${port}` },
  postgres: { service: 'postgres', port: 5432, address: (port) => `postgres://postgres@127.0.0.1:${port}/pipeline` },
  opensearch: { service: 'opensearch', port: 9200, address: (port) => `http://127.0.0.1:${port}` },
  schemaRegistry: {
    service: 'schema-registry',
    port: 8080,
    address: (port) => `http://127.0.0.1:${port}/apis/ccompat/v7`,
  },
};

export async function readCompose(): Promise<ComposeFile> {
  return parse(await readFile(join(ROOT, 'docker-compose.yml'), 'utf8')) as ComposeFile;
}

/** The addresses of the servers in docker-compose.yml, as they are seen from this machine. */
export async function composeAddresses(): Promise<Record<string, string>> {
  const { services } = await readCompose();
  return Object.fromEntries(
    Object.entries(ADDRESSES).flatMap(([name, { service, port, address }]) => {
      const published = services[service]?.ports?.find((text) => text.endsWith(`:${port}`));
      const own = /^127\.0\.0\.1:(\d+):/.exec(published ?? '')?.[1];
      return own === undefined ? [] : [[name, address(own)]];
    }),
  );
}
