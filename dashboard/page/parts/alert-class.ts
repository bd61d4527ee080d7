/** The kinds of alerts that the fleet raises, each with its colour (`--alert-N`); others share the last one. */
const KINDS = ['Speeding', 'LowFuel', 'Temperature', 'Delay'];

/** The number of a kind's colour, 1 to 5. */
export function alertColour(kind: string): number {
  const index = KINDS.findIndex((known) => kind.replaceAll(/\W/g, '').toLowerCase().startsWith(known.toLowerCase()));
  return index < 0 ? KINDS.length + 1 : index + 1;
}

export function alertClass(kind: string): string {
  return `alert-${alertColour(kind)}`;
}
