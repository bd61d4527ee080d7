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

/** Stands first in the packed products: another layout gets another number. */
const FORMAT = 1;

/** About what a product takes in memory. */
const PRODUCT_BYTES = 200;
/** A state that takes more memory than this is folded up again once it is packed. The usual one takes less. */
const LARGE_BYTES = 512 * 1024;

const writer = new ByteWriter();
const scratch = new ByteWriter();

/**
 * The orders of one window, input partition and bucket of products: what one item of the table holds. What was read
 * stays packed until it is asked for, as an item of some KB may be hundreds of KB unpacked, and a batch may have many.
 */
export class WindowState {
  /** As an item holds them; undefined where an order was counted since. */
  #packed: Partial<PackedState>;
  /** Unpacked; undefined where nobody asked. */
  #products: Map<string, Tally> | undefined;
  #offsets: Map<string, OffsetSet> | undefined;
  #grown = false;

  constructor(packed: PackedState = EMPTY) {
    this.#packed = packed;
  }

  get products(): ReadonlyMap<string, Readonly<Tally>> {
    return this.#tallies();
  }

  /** Whether it has products that it had not when it was last packed. */
  get grown(): boolean {
    return this.#grown;
  }

  /** Its products, which stay packed if they are. */
  entries(): Iterable<readonly [string, Readonly<Tally>]> {
    return this.#products ?? entriesOf(this.#packed.products as Uint8Array);
  }

  /** Whether any of its orders is in no result yet. */
  get dirty(): boolean {
    for (const [, { pending }] of this.entries()) {
      if (pending > 0) return true;
    }
    return false;
  }

  /** About what it takes in memory. */
  get memoryBytes(): number {
    let bytes = (this.#packed.products?.length ?? 0) + (this.#packed.offsets?.length ?? 0);
    bytes += (this.#products?.size ?? 0) * PRODUCT_BYTES;
    for (const offsets of this.#offsets?.values() ?? []) bytes += offsets.unpackedBytes;
    return bytes;
  }

  has({ raw, offset }: WindowOrder): boolean {
    return this.#sets().get(raw)?.has(offset) ?? false;
  }

  /** Counts the order, once. @returns false where it is counted already */
  apply(order: WindowOrder): boolean {
    const sets = this.#sets();
    let offsets = sets.get(order.raw);
    if (offsets === undefined) {
      offsets = new OffsetSet();
      sets.set(order.raw, offsets);
    }
    if (!offsets.add(order.offset)) return false;
    const products = this.#tallies();
    this.#packed = {};
    const tally = products.get(order.productId);
    if (tally === undefined) {
      this.#grown = true;
      products.set(order.productId, { count: 1, sum: order.cents, pending: 1 });
    } else {
      tally.count += 1;
      tally.sum += order.cents;
      tally.pending += 1;
    }
    return true;
  }

  /** A result with all of its orders is produced. */
  markEmitted(): void {
    const products = packProducts(this.entries(), () => 0);
    for (const tally of this.#products?.values() ?? []) tally.pending = 0;
    this.#packed = { ...this.#packed, products };
  }

  /** As an item holds it. What is large is packed alone from then on. */
  pack(): PackedState {
    const packed = {
      products: this.#packed.products ?? packProducts(this.entries(), ({ pending }) => pending),
      offsets: this.#packed.offsets ?? packOffsets(this.#sets()),
    };
    this.#packed = packed;
    this.#grown = false;
    if (this.memoryBytes > LARGE_BYTES) this.#products = this.#offsets = undefined;
    return packed;
  }

  #tallies(): Map<string, Tally> {
    this.#products ??= new Map(entriesOf(this.#packed.products as Uint8Array));
    return this.#products;
  }

  #sets(): Map<string, OffsetSet> {
    this.#offsets ??= new Map(setsOf(this.#packed.offsets as Uint8Array));
    return this.#offsets;
  }
}

/** A state as its item holds it. */
export interface PackedState {
  readonly products: Uint8Array;
  readonly offsets: Uint8Array;
}

const EMPTY: PackedState = { products: Uint8Array.of(FORMAT), offsets: new Uint8Array() };

function packProducts(
  entries: Iterable<readonly [string, Readonly<Tally>]>,
  pendingOf: (tally: Readonly<Tally>) => number,
): Uint8Array {
  writer.varint(FORMAT);
  for (const [productId, tally] of entries) {
    writer.text(productId);
    writer.varint(tally.count);
    writer.varint(tally.sum);
    writer.varint(pendingOf(tally));
  }
  return writer.take();
}

/** The tallies of packed products, one by one: what a result of several partitions needs. */
export function* entriesOf(products: Uint8Array): Generator<[string, Tally]> {
  const reader = new ByteReader(products);
  const format = reader.varint();
  if (format !== FORMAT) throw new RangeError(`the packed state has format ${format}, and this code reads ${FORMAT}`);
  while (!reader.done) {
    yield [reader.text(), { count: reader.varint(), sum: reader.varint(), pending: reader.varint() }];
  }
}

function packOffsets(sets: ReadonlyMap<string, OffsetSet>): Uint8Array {
  for (const [raw, offsets] of sets) {
    writer.text(raw);
    offsets.write(writer, scratch);
  }
  return writer.take();
}

function* setsOf(offsets: Uint8Array): Generator<[string, OffsetSet]> {
  const reader = new ByteReader(offsets);
  while (!reader.done) yield [reader.text(), OffsetSet.read(reader)];
}
