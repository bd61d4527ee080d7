import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { composeAddresses } from '#local/compose.ts';

interface Service {
  image?: string;
  build?: object;
  ports?: string[];
  healthcheck?: { test: string[] };
  volumes?: string[];
}

const ROOT = join(import.meta.dirname, '..', '..');
const { services, volumes } = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: object;
};
const all = Object.entries(services);

test('each image has an exact version', () => {
  const images = all.flatMap(([, { image, build }]) => (build ? [] : [image]));

  expect(images.filter((image) => !/^[\w./-]+:v?\d+\.\d+(?:\.\d+)?$/.test(image ?? ''))).toEqual([]);
});

test('each port is published on loopback only, and once', () => {
  const ports = all.flatMap(([, own]) => own.ports ?? []);

  expect(ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([]);
  expect(new Set(ports.map((port) => port.split(':')[1])).size).toBe(ports.length);
});

test('each service has a health check', () => {
  expect(all.filter(([, { healthcheck }]) => !healthcheck?.test.length).map(([name]) => name)).toEqual([]);
});

test('each volume is one of the file, or a path in the checkout', () => {
  const sources = all.flatMap(([, own]) => (own.volumes ?? []).map((volume) => volume.split(':')[0] ?? ''));

  expect(sources.filter((source) => !source.startsWith('./') && !Object.hasOwn(volumes, source))).toEqual([]);
});

test('`--attach compose` finds each server of the pipeline', async () => {
  expect(await composeAddresses()).toEqual({
    kafka: '127.0.0.1:9092',
    dynamodb: 'http://127.0.0.1:8000',
    s3: 'http://127.0.0.1:9000',
    postgres: 'postgres://postgres@127.0.0.1:5432/pipeline',
    opensearch: 'http://127.0.0.1:9200',
    schemaRegistry: 'http://127.0.0.1:8085/apis/ccompat/v7',
  });
});
