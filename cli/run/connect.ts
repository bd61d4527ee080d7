import { join } from 'node:path';
import { ROOT } from '#local/stack-file.ts';
import type { Consumption } from './drain.ts';

/** What Kafka Connect's file sink writes (resources/connect/metrics-file-sink.properties). */
export const METRICS_FILE = join(ROOT, 'output', 'metrics.json');

/** A sink's consumer group is named after its connector. */
export const METRICS_SINK: Consumption = { group: 'connect-product-metrics-file', topic: 'product-metrics' };
