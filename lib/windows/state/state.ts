import { ByteReader, ByteWriter } from './bytes.ts';
import { OffsetSet } from './offsets.ts';

/** The fields of an order that windows use. */
export interface WindowOrder {
  readonly productId: string;
  /** integer cents */
  readonly cents: number;
  /** event time in ms since the epoch */
  readonly at: number;
  /**
   * the partition that the raw order came from (`orders-2`); with the offset there, the identity of the order in every
   * delivery
   */
  readonly raw: string;
  readonly offset: number;
}

/** The orders of one product in one window and input partition. */
export interface Tally {
  count: number;
  /** integer cents; exact, because amount is at most 10,000,000.00 */
  sum: number;
  /** how many of these orders are in no result yet; 0 after a result with all of them was produced */
  pending: number;
}

/** The first number of the packed products. Another layout gets another number. */
const FORMAT = 1;

/** About the memory of a product, in bytes. */
const PRODUCT_BYTES = 200;
/** A state with more memory than this keeps only its packed form after it is packed. Most states are smaller. */
const LARGE_BYTES = 512 * 1024;

const writer = new ByteWriter();
const scratch = new ByteWriter();

/**
 * The orders of one window, input partition and bucket of products: one item of the table. It is unpacked only when
 * needed: an item of a few KB may take hundreds of KB unpacked, and a batch may have many states.
 */
export class WindowState {
  /** The item's bytes; empty after an order was counted. */
  #packed: Partial<PackedState>;
  /** Unpacked; undefined until needed. */
  #products: Map<string, Tally> | undefined;
  #offsets: Map<string, OffsetSet> | undefined;
  #grown = false;

  constructor(packed: PackedState = EMPTY) {
    this.#packed = packed;
  }

  get products(): ReadonlyMap<string, Readonly<Tally>> {
    return this.#tallies();
  }

  /** Whether products were added since it was last packed. */
  get grown(): boolean {
    return this.#grown;
  }

  /** Its products. Reading them doesn't unpack the state. */
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

  /** About its memory, in bytes. */
  get memoryBytes(): number {
    let bytes = (this.#packed.products?.length ?? 0) + (this.#packed.offsets?.length ?? 0);
    bytes += (this.#products?.size ?? 0) * PRODUCT_BYTES;
    for (const offsets of this.#offsets?.values() ?? []) bytes += offsets.unpackedBytes;
    return bytes;
  }

  has({ raw, offset }: WindowOrder): boolean {
    return this.#sets().get(raw)?.has(offset) ?? false;
  }

  /** Counts an order. @returns false if it was already counted */
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

  /** Call this after a result with all of its orders was produced. */
  markEmitted(): void {
    const products = packProducts(this.entries(), () => 0);
    for (const tally of this.#products?.values() ?? []) tally.pending = 0;
    this.#packed = { ...this.#packed, products };
  }

  /** The item's bytes. A large state keeps only these. */
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

/** The bytes of a state's item. */
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

/** The tallies of packed products, one by one, without unpacking the offsets. */
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
