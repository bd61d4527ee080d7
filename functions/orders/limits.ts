export const ID_LENGTH = 128;
/** Short, as one item of the windows' state holds thousands of product ids. */
export const PRODUCT_ID_BYTES = 64;
/** With it the sum of any window is a safe integer of cents. */
export const LARGEST_AMOUNT = 10_000_000;

/** A double has two decimals if it is the double nearest to a number with two decimals. */
export function hasCents(value: number): boolean {
  return Number(value.toFixed(2)) === value;
}
