import { isIP } from 'node:net';

const GROUPS = 8;
/** Groups of 16 bits of an IPv6 /48: what one site is given (RFC 6177). */
const KEPT_GROUPS = 3;
/** 6to4 (RFC 3056): the 32 bits behind it are an IPv4 address. */
const SIX_TO_FOUR = 0x2002;

/** Whether it is an address that can be on the wire: IPv4 or IPv6, without a zone, which means something on one host only. */
export function isAddress(text: string): boolean {
  const version = isIP(text);
  return version === 4 || (version === 6 && !text.includes('%'));
}

/** An address with what else is written around it: a port, a zone, and Java's leading slash. */
const DRESSED = /^\/?(?:\[([^\]%]+)(?:%[^\]]+)?\](?::\d{1,5})?|([\d.]+)(?::\d{1,5})?|([\da-f:.]+)(?:%.+)?)$/is;

/**
 * The address alone, of one that is written with a port, or with a zone, which says on which interface of its own host.
 * @example bareAddress('[fe80::1%wlan0]:443') // 'fe80::1'
 * @returns undefined where there is none
 */
export function bareAddress(text: string): string | undefined {
  const [, inBrackets, four, six] = DRESSED.exec(text.trim()) ?? [];
  const address = inBrackets ?? four ?? six;
  return address !== undefined && isAddress(address) ? address : undefined;
}

/**
 * The network that an address is in, as an address with the other bits zero: /24 of IPv4, also of one that is mapped
 * into IPv6; of IPv6 /48, and of 6to4 /40, as its /48 would hold a whole IPv4 address. In the form of RFC 5952. What is
 * left names no household.
 * @param address one that {@link isAddress} takes
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

/** An IPv4 address in IPv6 form (RFC 4291, 2.5.5.2), however it is written. */
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

/** An IPv4 tail as the two groups that it stands for. */
function withoutFour(part: string): string {
  return part.replace(/(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
}
