/** Prints whether a claim holds. A claim that doesn't makes the process fail. */
export function holds(what: string, does: boolean): void {
  console.log(`${does ? 'holds' : 'DOES NOT HOLD'}: ${what}`);
  if (!does) process.exitCode = 1;
}
