import { isIP } from 'node:net';

const GROUPS = 8;
/** The 16-bit groups of an IPv6 /48, which is what one site gets (RFC 6177). */
const KEPT_GROUPS = 3;
/** 6to4 (RFC 3056): the next 32 bits are an IPv4 address. */
const SIX_TO_FOUR = 0x2002;

/** Whether the text is an IPv4 or IPv6 address without a zone. A zone has a meaning only on its own host. */
export function isAddress(text: string): boolean {
  const version = isIP(text);
  return version === 4 || (version === 6 && !text.includes('%'));
}

/** An address with a port, a zone, or the leading slash that Java writes. */
const WITH_EXTRAS = /^\/?(?:\[([^\]%]+)(?:%[^\]]+)?\](?::\d{1,5})?|([\d.]+)(?::\d{1,5})?|([\da-f:.]+)(?:%.+)?)$/is;

/**
 * The address without its port, and without its zone (the network interface of its own host).
 * @example bareAddress('[fe80::1%wlan0]:443') // 'fe80::1'
 * @returns undefined where the text has no address
 */
export function bareAddress(text: string): string | undefined {
  const [, inBrackets, four, six] = WITH_EXTRAS.exec(text.trim()) ?? [];
  const address = inBrackets ?? four ?? six;
  return address !== undefined && isAddress(address) ? address : undefined;
}

/**
 * The network of an address, with all other bits zero, in the format of RFC 5952: /24 for IPv4, also if it is mapped
 * into IPv6; /48 for IPv6; /40 for 6to4, as its /48 contains a whole IPv4 address. The result identifies no household.
 * @param address that {@link isAddress} accepts
 */
export function truncated(address: string): string {
  if (!address.includes(':')) return `${address.slice(0, address.lastIndexOf('.'))}.0`;
  const groups = groupsOf(address);
  if (isMapped(groups)) return `${bytesOf(groups[6])}.${bytesOf(groups[7]).replace(/\.\d+$/, '.0')}`;
  const kept = groups.slice(0, KEPT_GROUPS);
  if (kept[0] === SIX_TO_FOUR) kept[2] = (kept[2] as number) & 0xff00;
  while (kept.at(-1) === 0) kept.pop();
  return `${kept.map((group) => group.toString(16)).join(':')}::`;
}

/** An IPv4 address in IPv6 form (RFC 4291, 2.5.5.2), in any notation. */
const isMapped = (groups: readonly number[]): boolean =>
  groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);

/** A group as two bytes of an IPv4 address. */
const bytesOf = (group = 0): string => `${group >> 8}.${group & 0xff}`;

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const [head = '', tail = ''] = address.split('::').map(withoutFour);
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: GROUPS - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}

/** Replaces an IPv4 tail by two groups. */
function withoutFour(part: string): string {
  return part.replace(/(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
}
