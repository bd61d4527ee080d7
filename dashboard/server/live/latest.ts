/** The latest items of a kind, newest first, and those since the last question. */
export class Latest<T> {
  readonly #most: number;
  #items: T[] = [];
  #fresh: T[] = [];

  /** @param most how many items are kept, and sent at once */
  constructor(most: number) {
    this.#most = most;
  }

  add(item: T): void {
    this.#items.push(item);
    this.#fresh.push(item);
    // Cut only now and then: to move a thousand items for each new one would be slow.
    if (this.#items.length > 2 * this.#most) this.#items = this.#items.slice(-this.#most);
    if (this.#fresh.length > 2 * this.#most) this.#fresh = this.#fresh.slice(-this.#most);
  }

  all(): T[] {
    return this.#items.slice(-this.#most).reverse();
  }

  /** The items since the last call, newest first. */
  changes(): T[] {
    const fresh = this.#fresh.slice(-this.#most).reverse();
    this.#fresh = [];
    return fresh;
  }
}
