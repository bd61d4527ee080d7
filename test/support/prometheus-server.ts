import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { choosePorts } from '#local/servers/ports/ports.ts';
import { spawnServer } from '#local/servers/process/process.ts';
import { ROOT } from '#local/stack-file.ts';
import { eventually } from './eventually.ts';
import { keepOnFailure } from './kept-logs.ts';
import { prometheusPrograms } from './prometheus.ts';

/** A sample of a query's result. */
export interface Sample {
  metric: Readonly<Record<string, string>>;
  value: number;
}

export interface Rule {
  name: string;
  query: string;
  health: string;
  lastError?: string;
}

export interface TestPrometheus {
  /** @throws Error if the query is wrong */
  query(expr: string): Promise<Sample[]>;
  rules(): Promise<Rule[]>;
  stop(): Promise<void>;
}

const CONFIGURATION = join(ROOT, 'observability', 'prometheus');

interface Configuration {
  global: object;
  rule_files: string[];
  scrape_configs: { static_configs: { targets: string[] }[] }[];
}

/**
 * Starts a Prometheus with the configuration and the rules of observability/prometheus. It scrapes and evaluates more
 * often, so that a test needs no minutes. A scrape may take 2 s, where a server doesn't answer.
 * @param url where the run's metrics are
 */
export async function startPrometheus(url: string): Promise<TestPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'test-prometheus-'));
  const [port = 0] = await choosePorts([{ name: 'prometheus', usual: 19_090 }]);
  const own = parse(await readFile(join(CONFIGURATION, 'prometheus.yml'), 'utf8')) as Configuration;
  own.global = { ...own.global, scrape_interval: '3s', evaluation_interval: '1s' };
  own.rule_files = own.rule_files.map((file) => join(CONFIGURATION, file));
  for (const job of own.scrape_configs) for (const each of job.static_configs) each.targets = [new URL(url).host];
  const file = join(folder, 'prometheus.yml');
  await writeFile(file, stringify(own));
  const log = join(folder, 'log');
  keepOnFailure('prometheus.log', log);
  const server = await spawnServer({
    name: 'prometheus',
    command: (await prometheusPrograms()).prometheus,
    args: [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    log,
  });
  const ask = async <T>(path: string, parameters: Record<string, string> = {}): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: path.endsWith('/rules') ? 'GET' : 'POST',
      ...(path.endsWith('/rules') ? {} : { body: new URLSearchParams(parameters) }),
    });
    const { data, error } = (await response.json()) as { data: T; error?: string };
    if (!response.ok) throw new Error(`${path} ${JSON.stringify(parameters)}: ${error}`);
    return data;
  };
  const ready = () =>
    fetch(`http://127.0.0.1:${port}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await eventually(ready, { what: 'Prometheus' });
  return {
    async query(expr) {
      type Result = { result: { metric: Record<string, string>; value: [number, string] }[] };
      const { result } = await ask<Result>('/api/v1/query', { query: expr });
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async rules() {
      const { groups } = await ask<{ groups: { rules: Rule[] }[] }>('/api/v1/rules');
      return groups.flatMap(({ rules }) => rules);
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}
