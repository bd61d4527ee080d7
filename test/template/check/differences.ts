/**
 * The paths at which two JSON values differ, as `id.Property.0.Name`. A longer list differs at each additional item.
 * @example differences({ a: [1, 2] }, { a: [1, 3], b: 0 }) // ['a.1', 'b']
 */
export function differences(left: unknown, right: unknown, path: string[] = []): string[] {
  if (!isParent(left) || !isParent(right)) return Object.is(left, right) ? [] : [path.join('.')];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
    differences(left[key], right[key], [...path, key]),
  );
}

function isParent(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
