import type { Cluster } from '../consumer/cluster.ts';
import type { MskEvent } from '../polling/event.ts';
import { Poller } from '../polling/poller.ts';
import type { Mapping } from '../template/mapping.ts';
import { retryPolicy } from '../template/retry-policy.ts';

export { retryPolicy };

export interface TestPoller {
  poller: Poller;
  group: string;
  /** The poller's log. */
  lines: string[];
}

/** A mapping of a topic. `settings` override its properties. */
export function testMapping(topic: string, settings: Partial<Mapping> = {}): Mapping {
  return {
    logicalId: 'TestMapping',
    functionLogicalId: 'TestLambdaFunction',
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:test',
    eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/test/1',
    topic,
    group: `group-${topic}`,
    batchSize: 100,
    windowMilliseconds: 0,
    startingPosition: { at: 'TRIM_HORIZON' },
    reportsFailures: false,
    retry: retryPolicy({}, false, false),
    concurrency: Infinity,
    ...settings,
  };
}

/** Makes a poller for a topic, not started. `invoke` is its function. `settings` override those of its mapping. */
export function pollerOf(
  cluster: Cluster,
  topic: string,
  invoke: (event: MskEvent) => unknown,
  settings: Partial<Mapping> = {},
  environment: Record<string, string> = {},
): TestPoller {
  const lines: string[] = [];
  const mapping = testMapping(topic, settings);
  const poller = new Poller({
    mapping,
    functionKey: 'test',
    cluster,
    invoke: async (event) => await invoke(event as MskEvent),
    environment,
    log: (line) => lines.push(line),
  });
  return { poller, group: mapping.group, lines };
}
