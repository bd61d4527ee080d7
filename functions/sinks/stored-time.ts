/** A time as the stores keep it: UTC, to the millisecond. */
export function storedTime(iso: string): string {
  return new Date(iso).toISOString();
}
