/** The bytes of a message's key or value, which may be a text; null stays null. */
export function bytesOf(field: Buffer | string | null | undefined): Buffer | null {
  return field === null || field === undefined ? null : Buffer.from(field);
}
