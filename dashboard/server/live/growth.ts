/** A moment and a number that only grows. */
interface Sample {
  at: number;
  value: number;
}

/** The samples of about 15 minutes, one a second. */
const MOST = 900;

/** How an offset has grown, to tell its pace and when it was passed. */
export class Growth {
  readonly #samples: Sample[] = [];

  get latest(): number | null {
    return this.#samples.at(-1)?.value ?? null;
  }

  /** @param at ms since the epoch */
  add(at: number, value: number): void {
    this.#samples.push({ at, value });
    if (this.#samples.length > MOST) this.#samples.shift();
  }

  /** Growth per second over the last `ms`; null while there are no two samples. */
  perSecond(ms: number): number | null {
    const last = this.#samples.at(-1);
    if (last === undefined) return null;
    const before = this.#samples.findLastIndex(({ at }) => at < last.at - ms);
    const first = this.#samples[before + 1] as Sample;
    if (first.at === last.at) return null;
    return ((last.value - first.value) * 1000) / (last.at - first.at);
  }

  /**
   * When an offset was written: ms since the epoch of the first sample beyond it. Null where that was before the first
   * sample, or hasn't happened.
   */
  passed(offset: number): number | null {
    const [first] = this.#samples;
    if (first === undefined || first.value > offset) return null;
    // Binary search: the first sample whose value is larger.
    let [low, high] = [0, this.#samples.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#samples[middle] as Sample).value > offset) high = middle;
      else low = middle + 1;
    }
    return this.#samples[low]?.at ?? null;
  }
}
