/*
 * IP addresses, stated a second time: without the handlers' code and without the runtime's check that they use.
 */

/** The parts of an address: 4 of 8 bits, or 8 of 16 bits. */
export type Parts = readonly number[];

const BYTE = /^(?:0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-f]{1,4}$/i;
const MAPPED = '0,0,0,0,0,65535';

/** The parts of an IPv4 or IPv6 address without a zone; undefined where the text isn't one. */
export function partsOf(text: string): Parts | undefined {
  return text.includes(':') ? groupsOf(text) : bytesOf(text);
}

function bytesOf(text: string): number[] | undefined {
  const parts = text.split('.');
  const bytes = parts.map(Number);
  const good = parts.length === 4 && parts.every((part) => BYTE.test(part)) && bytes.every((byte) => byte <= 255);
  return good ? bytes : undefined;
}

function groupsOf(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [before, after] = halves.map((half, i) => halfOf(half, i === halves.length - 1));
  if (before === undefined || (halves.length === 2 && after === undefined)) return undefined;
  if (after === undefined) return before.length === 8 ? before : undefined;
  const zeros = 8 - before.length - after.length;
  return zeros < 1 ? undefined : [...before, ...Array.from({ length: zeros }, () => 0), ...after];
}

/** @param last whether it ends the address: there an IPv4 address may replace two groups */
function halfOf(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    const four = last && i === parts.length - 1 && part.includes('.') ? bytesOf(part) : undefined;
    if (four !== undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = four;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (GROUP.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** The address in a program's text, without a leading slash, brackets, zone and port; undefined where there is none. */
export function bareAddress(text: string): string | undefined {
  const spelled = text.trim().replace(/^\//, '');
  const end = spelled.indexOf(']');
  if (spelled.startsWith('['))
    return end > 0 && isPort(spelled.slice(end + 1)) ? withoutZone(spelled.slice(1, end)) : undefined;
  const colon = spelled.indexOf(':');
  const four = colon > 0 && isPort(spelled.slice(colon)) ? spelled.slice(0, colon) : '';
  // Everything after a % is the zone.
  return four.includes('.') && !four.includes('%') ? withoutZone(four) : withoutZone(spelled);
}

function isPort(text: string): boolean {
  return text === '' || /^:\d{1,5}$/.test(text);
}

function withoutZone(text: string): string | undefined {
  const [address = '', ...zone] = text.split('%');
  const good = zone.length === 0 || zone.join('%') !== '';
  return good && partsOf(address) !== undefined ? address : undefined;
}

/** The network that is stored: /24 of IPv4 (also if mapped into IPv6), /40 of 6to4 (it contains IPv4), /48 of IPv6. */
export function networkOf(address: string): string {
  const parts = partsOf(address) ?? [];
  if (parts.length === 4) return `${parts.slice(0, 3).join('.')}.0`;
  const [a = 0, b = 0, c = 0, , , , g = 0, h = 0] = parts;
  if (parts.slice(0, 6).join() === MAPPED) return `${g >>> 8}.${g % 256}.${h >>> 8}.0`;
  const third = a === 0x2002 ? c - (c % 256) : c;
  const kept = [a, b, third].map((group) => group.toString(16));
  const end = kept.findLastIndex((group) => group !== '0');
  return `${kept.slice(0, end + 1).join(':')}::`;
}

/** Whether two texts are the same address, in any notation. */
export function sameAddress(a: unknown, b: unknown): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return a === b;
  return partsOf(a)?.join() === partsOf(b)?.join();
}
