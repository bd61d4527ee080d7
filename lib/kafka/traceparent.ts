/** version, trace-id, parent-id and trace-flags in lower case; a later version may add more after them. */
const FORM =
  /^(?<version>[0-9a-f]{2})-(?<trace>[0-9a-f]{32})-(?<parent>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?$/s;
const ZEROS = /^0+$/;
const SAMPLED = 1;

/**
 * The traceparent to pass on (W3C Trace Context, "traceparent Header" and "Versioning of traceparent"). Version 00
 * stays unchanged. A later version becomes version 00, with the only flag that version 00 has (sampled). For any other
 * text, undefined: the standard says to ignore it.
 * @example traceparentOf('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')
 */
export function traceparentOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const { version, trace = '', parent = '', flags = '', more } = FORM.exec(text)?.groups ?? {};
  if (version === undefined || version === 'ff' || ZEROS.test(trace) || ZEROS.test(parent)) return undefined;
  if (version === '00') return more === undefined ? text : undefined;
  const sampled = (Number.parseInt(flags, 16) & SAMPLED).toString().padStart(2, '0');
  return `00-${trace}-${parent}-${sampled}`;
}
