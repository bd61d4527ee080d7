/** The fields of an order that a file must have. */
export const FIELDS = ['order_id', 'user_id', 'product_id', 'amount', 'timestamp'] as const;
export type Field = (typeof FIELDS)[number];

/** The file's column for each field. */
export type Columns = Readonly<Record<Field, string>>;

/**
 * Reads `order_id=orderID,amount=total` (field=column). A field that isn't named has the column with its own name.
 *
 * @throws Error naming the wrong part
 */
export function parseColumns(map: string | undefined): Columns {
  const columns = Object.fromEntries(FIELDS.map((field) => [field, field])) as Record<Field, string>;
  for (const part of map?.split(',') ?? []) {
    const [field, ...rest] = part.split('=');
    const column = rest.join('=').trim();
    const known = FIELDS.find((name) => name === field?.trim());
    if (known === undefined || column === '') {
      throw new Error(`takes field=column,…, with the fields ${FIELDS.join(', ')}, not "${part}"`);
    }
    columns[known] = column;
  }
  return columns;
}
