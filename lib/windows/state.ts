import { ByteReader, ByteWriter } from './bytes.ts';
import { OffsetSet } from './offsets.ts';

/** An order as windows see it. */
export interface WindowOrder {
  readonly productId: string;
  /** integer cents */
  readonly cents: number;
  /** event time in ms since the epoch */
  readonly at: number;
  /** the raw partition that it came from (`orders-2`), and its offset there: its identity, however often it comes */
  readonly raw: string;
  readonly offset: number;
}

/** Of one product in one window and input partition. */
export interface Tally {
  count: number;
  /** integer cents; exact, as amount is at most 10,000,000.00 */
  sum: number;
  /** how many of the count are in no result yet; 0 once a result with all of them is produced */
  pending: number;
}

interface Entry extends Tally {
  readonly id: Uint8Array;
}

/** Stands first in the packed products: another layout gets another number. */
const FORMAT = 1;

const writer = new ByteWriter();
const scratch = new ByteWriter();

/** The orders of one window, input partition and bucket of products: what one item of the table holds. */
export class WindowState {
  readonly #products = new Map<string, Entry>();
  readonly #offsets = new Map<string, OffsetSet>();

  get products(): ReadonlyMap<string, Readonly<Tally>> {
    return this.#products;
  }

  /** Whether any of its orders is in no result yet. */
  get dirty(): boolean {
    for (const { pending } of this.#products.values()) {
      if (pending > 0) return true;
    }
    return false;
  }

  has({ raw, offset }: WindowOrder): boolean {
    return this.#offsets.get(raw)?.has(offset) ?? false;
  }

  /** Counts the order, once. @returns false where it is counted already */
  apply(order: WindowOrder): boolean {
    let offsets = this.#offsets.get(order.raw);
    if (offsets === undefined) {
      offsets = new OffsetSet();
      this.#offsets.set(order.raw, offsets);
    }
    if (!offsets.add(order.offset)) return false;
    const entry = this.#products.get(order.productId);
    if (entry === undefined) {
      const id = Buffer.from(order.productId);
      this.#products.set(order.productId, { id, count: 1, sum: order.cents, pending: 1 });
    } else {
      entry.count += 1;
      entry.sum += order.cents;
      entry.pending += 1;
    }
    return true;
  }

  /** A result with all of its orders is produced. */
  markEmitted(): void {
    for (const entry of this.#products.values()) entry.pending = 0;
  }

  pack(): PackedState {
    writer.varint(FORMAT);
    for (const { id, count, sum, pending } of this.#products.values()) {
      writer.block(id);
      writer.varint(count);
      writer.varint(sum);
      writer.varint(pending);
    }
    const products = writer.take();
    for (const [raw, offsets] of this.#offsets) {
      writer.block(Buffer.from(raw));
      offsets.write(writer, scratch);
    }
    return { products, offsets: writer.take() };
  }

  static unpack(packed: PackedState): WindowState {
    const state = new WindowState();
    for (const [productId, entry] of entriesOf(packed.products)) state.#products.set(productId, entry);
    const reader = new ByteReader(packed.offsets);
    while (!reader.done) {
      const raw = reader.block().toString();
      state.#offsets.set(raw, OffsetSet.read(reader));
    }
    return state;
  }
}

/** A state as its item holds it. */
export interface PackedState {
  readonly products: Uint8Array;
  readonly offsets: Uint8Array;
}

/** The tallies alone: what a result of several partitions needs. */
export function talliesOf(products: Uint8Array): ReadonlyMap<string, Readonly<Tally>> {
  return new Map(entriesOf(products));
}

function* entriesOf(products: Uint8Array): Generator<[string, Entry]> {
  const reader = new ByteReader(products);
  const format = reader.varint();
  if (format !== FORMAT) throw new RangeError(`the packed state has format ${format}, and this code reads ${FORMAT}`);
  while (!reader.done) {
    const id = Uint8Array.from(reader.block());
    const entry = { id, count: reader.varint(), sum: reader.varint(), pending: reader.varint() };
    yield [Buffer.from(id).toString(), entry];
  }
}
