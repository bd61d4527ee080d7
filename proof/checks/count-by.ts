export function countBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(items, keyOf)].map(([key, own]) => [key, own.length]));
}
