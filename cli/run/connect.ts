import { join } from 'node:path';
import { ROOT } from '#local/stack-file.ts';
import type { Consumption } from './drain.ts';

/** The output of Kafka Connect's file sink (resources/connect/metrics-file-sink.properties). */
export const METRICS_FILE = join(ROOT, 'output', 'metrics.json');

/** Kafka Connect names a sink's consumer group connect-<connector>. */
export const METRICS_SINK: Consumption = { group: 'connect-product-metrics-file', topic: 'product-metrics' };
