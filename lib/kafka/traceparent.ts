/** version, trace-id, parent-id, trace-flags, in lower case; what a later version puts behind them. */
const FORM =
  /^(?<version>[0-9a-f]{2})-(?<trace>[0-9a-f]{32})-(?<parent>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?$/s;
const ZEROS = /^0+$/;
const SAMPLED = 1;

/**
 * A traceparent as it may be carried on (W3C Trace Context, "traceparent Header" and "Versioning of traceparent"):
 * version 00 as it is, a later version's as one of 00, with the one flag that both know. Undefined for any other text,
 * which the standard tells to ignore.
 * @example traceparentOf('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')
 */
export function traceparentOf(text: string | undefined): string | undefined {
  const { version, trace = '', parent = '', flags = '', more } = FORM.exec(text ?? '')?.groups ?? {};
  if (version === undefined || version === 'ff' || ZEROS.test(trace) || ZEROS.test(parent)) return undefined;
  if (version === '00') return more === undefined ? text : undefined;
  const sampled = (Number.parseInt(flags, 16) & SAMPLED).toString().padStart(2, '0');
  return `00-${trace}-${parent}-${sampled}`;
}
