import { within } from '#lib/deadline.ts';
import { dynamodbOf } from '#local/deploy/servers.ts';
import type { StackFile } from '#local/stack-file.ts';
import { parseColumns } from '#proof/orders/load/replay/columns.ts';
import { productsOf, readOrders } from '#proof/orders/load/replay/read-orders.ts';
import { startReplay } from '#proof/orders/load/replay/start-replay.ts';
import { startOrders } from '#proof/orders/load/start.ts';
import { UsageError } from '../command.ts';
import { badShare, type Kind, number } from './options.ts';
import { noteOfUnknown } from './unknown-products.ts';

/** With shifted times, an order may be this much older than one above it in the file; else the file isn't sorted. */
const MOST_BACK_MS = 3_600_000;
/** Timeout for reading the catalogue. */
const CATALOGUE_MS = 5_000;

/** Orders: simulated, or from a file. */
export const orders: Record<string, Kind> = {
  orders: {
    options: ['rate', 'bad', 'seed', 'duration'],
    async prepare(values) {
      const range = { min: 0.01, max: 50_000 };
      const rate = values.rate === undefined ? undefined : number(values, 'rate', 0, range);
      const bad = badShare(values);
      return (options) => startOrders({ ...options, rate, bad, prefix: 'G' });
    },
  },
  'orders --file': {
    options: ['file', 'map', 'speed', 'time', 'duration'],
    async prepare(values) {
      const file = String(values.file);
      const speed = number(values, 'speed', 1, { min: 0.001, max: 1_000_000 });
      const { time = 'shift' } = values;
      if (time !== 'shift' && time !== 'keep') throw new UsageError(`--time takes shift or keep, not "${time}"`);
      const columns = columnsOption(values.map as string | undefined);
      const shift = time === 'shift';
      const mostBackMs = shift ? MOST_BACK_MS : undefined;
      const products = await productsOf(file, columns, mostBackMs);
      return async (options, stack) => {
        await tellUnknown(products, stack);
        return startReplay({ ...options, orders: readOrders(file, columns, mostBackMs), speed, shift });
      };
    },
  },
};

function columnsOption(map: string | undefined) {
  try {
    return parseColumns(map);
  } catch (error) {
    throw new UsageError(`--map ${(error as Error).message}`);
  }
}

async function tellUnknown(products: ReadonlySet<string>, { endpoints, references }: StackFile): Promise<void> {
  const table = references?.['ProductsTable']?.['Ref'];
  if (typeof table !== 'string') return;
  const client = dynamodbOf(endpoints);
  const note = await noteOfUnknown(products, { client, table }, within(CATALOGUE_MS)).finally(() => client.destroy());
  if (note !== undefined) console.error(note);
}
