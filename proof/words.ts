/** @example counted(1, 'reading') // '1 reading' */
export function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
