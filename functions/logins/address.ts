import { isIP } from 'node:net';

/** An IPv4 address in IPv6 form (RFC 4291, 2.5.5.2). */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const GROUPS = 8;
/** Groups of 16 bits of an IPv6 /48: what one site is given (RFC 6177). */
const KEPT_GROUPS = 3;

/** Whether it is an address that can be on the wire: IPv4 or IPv6, without a zone, which means something on one host only. */
export function isAddress(text: string): boolean {
  const version = isIP(text);
  return version === 4 || (version === 6 && !text.includes('%'));
}

/**
 * The network that an address is in, as an address with the other bits zero: /24 of IPv4, /48 of IPv6, in the form of
 * RFC 5952. What is left names no household.
 * @param address one that {@link isAddress} takes
 */
export function truncated(address: string): string {
  const four = MAPPED.exec(address)?.[1] ?? address;
  if (!four.includes(':')) return `${four.slice(0, four.lastIndexOf('.'))}.0`;
  const kept = leadingGroups(address);
  while (kept.at(-1) === '0') kept.pop();
  return `${kept.join(':')}::`;
}

/** The first groups of an IPv6 address, written out, in lower case and without leading zeros. */
function leadingGroups(address: string): string[] {
  // An IPv4 tail stands for two groups; it lies behind those that are kept.
  const full = address.replace(/\d+\.\d+\.\d+\.\d+$/, '0:0');
  const [head = '', tail] = full.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: GROUPS - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].slice(0, KEPT_GROUPS).map((group) => Number.parseInt(group, 16).toString(16));
}
