import type { OpenWindow } from '#lib/windows/open-windows.ts';
import type { Server } from '#local/servers/server.ts';
import { gauge, type MetricFamily, type Sample } from '#msk';
import type { RunningGenerator } from '#proof/load/generator.ts';

/** Whether each server answers. */
export async function serverFamilies(servers: readonly Server[]): Promise<MetricFamily[]> {
  const asked = await Promise.all(
    servers.map(async (server) => {
      const from = performance.now();
      const answers = await server.answers();
      return { labels: { server: server.name }, answers, seconds: (performance.now() - from) / 1000 };
    }),
  );
  const up = asked.map(({ labels, answers }): Sample => ({ labels, value: answers ? 1 : 0 }));
  const answered = asked.filter(({ answers }) => answers);
  return [
    gauge('pipeline_server_up', '1 if the server answers a request of its own protocol within 2 s', up),
    gauge(
      'pipeline_server_answer_seconds',
      'How long the server took to answer that request',
      answered.map(({ labels, seconds }) => ({ labels, value: seconds })),
    ),
  ];
}

/** What the generators have sent, and the brokers have acknowledged. */
export function generatorFamilies(generators: ReadonlyMap<string, RunningGenerator>): MetricFamily[] {
  const all = [...generators].flatMap(([generator, { manifest }]) =>
    Object.entries(manifest.topics).map(([topic, counts]) => ({ labels: { generator, topic }, ...counts })),
  );
  const uncertain = [...generators].map(([generator, { manifest }]) => ({
    labels: { generator },
    value: manifest.uncertain.length,
  }));
  return [
    counter(
      'pipeline_generated_records_total',
      'Records of the load that the brokers have acknowledged',
      all.map(({ labels, acknowledged }) => ({ labels, value: acknowledged })),
    ),
    counter(
      'pipeline_generated_bad_records_total',
      'Acknowledged records of the load that are bad on purpose',
      all.map(({ labels, bad }) => ({ labels, value: bad })),
    ),
    counter('pipeline_generated_uncertain_records_total', 'Records of the load whose send failed', uncertain),
  ];
}

function counter(name: string, help: string, samples: Sample[]): MetricFamily {
  return { name, help, type: 'counter', samples };
}

/**
 * How many windows have orders in no result yet, and how long the oldest has been so. The time is measured by this
 * machine's clock, from one call to the next: orders may be replayed, and their event time then says nothing.
 */
export function windowFamilies(now: () => number): (open: readonly OpenWindow[]) => MetricFamily[] {
  let since = new Map<string, number>();
  return (open) => {
    const keys = open.map(({ partition, start }) => `${partition}/${start}`);
    since = new Map(keys.map((key) => [key, since.get(key) ?? now()]));
    const longest = Math.max(0, ...[...since.values()].map((first) => now() - first)) / 1000;
    const starts = new Set(open.map(({ start }) => start));
    return [
      gauge('pipeline_windows_open', 'Windows with orders that are in no result yet', [
        { labels: {}, value: starts.size },
      ]),
      gauge('pipeline_window_longest_open_seconds', 'How long one of the open windows has been open', [
        { labels: {}, value: longest },
      ]),
    ];
  };
}
