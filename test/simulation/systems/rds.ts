import { rdsSink } from '#functions/sinks/rds/sink.ts';
import { DatabaseModel } from '../stores/database.ts';
import type { System } from '../system.ts';
import { Violation, type World } from '../world.ts';
import { Delivery, type LogRecord, logOf } from './delivery.ts';

/** What a topic's records must have become. */
interface Kind {
  log(world: World): LogRecord[];
  /** each row as text */
  expected(log: readonly LogRecord[]): string[];
  readonly row: (row: Readonly<Record<string, unknown>>) => string;
}

const readings: Kind = {
  log: (world) =>
    logOf(world, 'processed-data-topic', (index) => {
      const bad = world.choices.work(8) === 7;
      const again = world.choices.work(6) === 5;
      const source = `raw-data-topic-0-${again ? Math.max(0, index - 1) : index}`;
      const place = { location: '1,2', latitude: 1, longitude: 2, timestamp: '2026-01-01T00:00:00Z' };
      return { value: { vehicleId: bad ? 'bad' : 'V', ...place }, headers: { source }, bad };
    }),
  expected: (log) => [...new Set(log.filter(({ bad }) => !bad).map(({ headers }) => headers?.['source'] as string))],
  row: (row) => String(row['source']),
};

/** Results of windows: a later result of a window has more orders. */
const metrics: Kind = {
  log: (world) =>
    logOf(world, 'product-metrics', () => {
      const bad = world.choices.work(8) === 7;
      const result = { order_count: 1 + world.choices.work(5), total_revenue: 1, avg_order_value: 1 };
      const window = { window_start: 60 * world.choices.work(2), window_end: 120 };
      return { value: { ...window, product_id: bad ? 'bad' : 'p', ...result }, bad };
    }),
  expected(log) {
    const largest = new Map<number, number>();
    for (const { value, bad } of log) {
      const { window_start: start, order_count: count } = value as { window_start: number; order_count: number };
      if (!bad) largest.set(start, Math.max(largest.get(start) ?? 0, count));
    }
    return [...largest].map(([start, count]) => `${start}: ${count}`);
  },
  row: (row) => `${String(row['window_start'])}: ${String(row['order_count'])}`,
};

/** Each record is one row, and of the results of a window the largest one stays. */
export const system: System = {
  async play(world) {
    const kind = world.choices.oneOf(readings, metrics);
    const log = kind.log(world);
    const database = new DatabaseModel();
    const delivery = new Delivery(world, log, (actor) => {
      const sink = rdsSink({ open: () => database.attach(actor) });
      return (batch) => sink.write(batch);
    });
    await delivery.run();

    delivery.checkDeadLetters();
    const [found, expected] = [database.rows.map(kind.row), kind.expected(log)];
    if (found.toSorted().join() !== expected.toSorted().join()) {
      throw new Violation(`the rows are ${found.join('; ')}, and should be ${expected.join('; ')}`);
    }
  },
};
