import { type PackedState, type WindowOrder, WindowState } from './state.ts';

/** The largest state: 400 KB ("Service, account, and table quotas"), minus room for the item's other attributes. */
export const STATE_LIMIT_BYTES = 400 * 1024 - 1024;

/**
 * New products must leave this much free for later orders of the products already there: it is enough for the offsets
 * and sums of 200,000 orders (docs/windows.md). Without this reserve, a state full of products could count none of
 * their next orders.
 */
export const RESERVE_BYTES = 100 * 1024;

export const bytesOf = ({ products, offsets }: PackedState): number => products.length + offsets.length;

/** Whether a packed state may be written. @param grown whether it has products that it didn't have before */
export function hasRoom(packed: PackedState, grown: boolean): boolean {
  const reserve = grown ? RESERVE_BYTES : 0;
  return bytesOf(packed) <= STATE_LIMIT_BYTES - reserve;
}

export interface Fitting<O extends WindowOrder> {
  readonly state: WindowState;
  /** undefined if no order fits */
  readonly packed?: PackedState;
  readonly counted: readonly O[];
  readonly refused: readonly O[];
}

/**
 * Counts as many orders as fit into a state: first those of products that the state has, then those of new products, in
 * their order. All orders of a new product are counted, or none.
 */
export function countFitting<O extends WindowOrder>(from: WindowState, orders: readonly O[]): Fitting<O> {
  const base = from.pack();
  const whole = new WindowState(base);
  const fresh = orders.filter((order) => whole.apply(order));
  const before = new Set(from.products.keys());
  const isNew = ({ productId }: O) => !before.has(productId);
  const known = fresh.filter((order) => !isNew(order)).map((order) => [order]);
  const newProducts = Map.groupBy(fresh.filter(isNew), ({ productId }) => productId);

  const { state, packed, counted } = asManyAsFit([...known, ...newProducts.values()], base);
  const taken = new Set(counted);
  return { state, counted, ...(counted.length > 0 && { packed }), refused: fresh.filter((order) => !taken.has(order)) };
}

/** Finds by binary search how many units fit. Each try uses a copy, since nothing can be removed from a state. */
function asManyAsFit<O extends WindowOrder>(units: readonly O[][], base: PackedState) {
  const countFirst = (many: number) => {
    const state = new WindowState(base);
    const counted = units.slice(0, many).flat();
    for (const order of counted) state.apply(order);
    const { grown } = state;
    const packed = state.pack();
    return { state, packed, counted, fits: hasRoom(packed, grown) };
  };
  let most = countFirst(0);
  for (let [fits, tooMany] = [0, units.length + 1]; tooMany - fits > 1; ) {
    const middle = (fits + tooMany) >> 1;
    const tried = countFirst(middle);
    if (tried.fits) [fits, most] = [middle, tried];
    else tooMany = middle;
  }
  return most;
}
