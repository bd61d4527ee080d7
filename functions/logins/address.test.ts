import { isIP } from 'node:net';
import fc from 'fast-check';
import { bareAddress, isAddress, truncated } from './address.ts';

test.each([
  ['162.255.195.202', '162.255.195.0'],
  ['0.0.0.0', '0.0.0.0'],
  ['::ffff:162.255.195.202', '162.255.195.0'],
  ['::ffff:a2ff:c3ca', '162.255.195.0'],
  ['0:0:0:0:0:ffff:162.255.195.202', '162.255.195.0'],
  ['0000::FFFF:a2ff:c3ca', '162.255.195.0'],
  ['::fffe:162.255.195.202', '::'],
  ['::ffff:0:a2ff:c3ca', '::'],
  ['2002:a2ff:c3ca::1', '2002:a2ff:c300::'],
  ['2002:a2ff:ca:1:2:3:4:5', '2002:a2ff::'],
  ['2001:db8:aa:1::1', '2001:db8:aa::'],
  ['2001:0DB8:00aa:0001:0:0:0:1', '2001:db8:aa::'],
  ['2001:db8::1', '2001:db8::'],
  ['2001:0:5::', '2001:0:5::'],
  ['2001:db8:aa:bb:cc:dd:1.2.3.4', '2001:db8:aa::'],
  ['::1', '::'],
  ['::', '::'],
  ['1::', '1::'],
])('%s is truncated to %s', (address, kept) => {
  expect([isAddress(address), truncated(address)]).toEqual([true, kept]);
});

test.each([
  '',
  '1.2.3',
  '1.2.3.4.5',
  '256.1.1.1',
  '01.2.3.4',
  '1.2.3.4/24',
  ' 1.2.3.4',
  'fe80::1%eth0',
  ':::',
  '1:2',
  'localhost',
])('%j is not an address', (text) => {
  expect(isAddress(text)).toBe(false);
});

test.each([
  ['fe80::1%wlan0', 'fe80::1'],
  ['fe80::1%25en0', 'fe80::1'],
  ['192.0.2.1:443', '192.0.2.1'],
  ['[2001:db8::1]:8443', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[fe80::1%2]:443', 'fe80::1'],
  ['::ffff:192.0.2.1%lo', '::ffff:192.0.2.1'],
  // InetSocketAddress of Java, and a list that was split at its commas.
  ['/192.0.2.1:51234', '192.0.2.1'],
  [' 192.0.2.1 ', '192.0.2.1'],
  // Without brackets this is an address without a port.
  ['2001:db8::1:443', '2001:db8::1:443'],
  ['192.0.2.1', '192.0.2.1'],
])('the address in %s is %s', (text, address) => {
  expect(bareAddress(text)).toBe(address);
});

test.each([
  '',
  '%wlan0',
  'fe80::1%',
  '192.0.2.1:',
  '192.0.2.1:123456',
  '192.0.2.1:http',
  '[192.0.2.256]:1',
  '[2001:db8::1]443',
  '[2001:db8::1',
  '2001:443',
  '192.0.2.0/24',
  '192.0.2.1, 192.0.2.2',
  'localhost:80',
  '['.repeat(64_000),
  `${'1.'.repeat(32_000)}:`,
])('%.40j has no address in it', (text) => {
  expect(bareAddress(text)).toBeUndefined();
});

test('a truncated address is an address, truncates to itself, and is the same for its whole network', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const kept = truncated(address);

      expect(isIP(kept)).not.toBe(0);
      expect(truncated(kept)).toBe(kept);
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }), (groups) => {
      const text = groups.map((group) => group.toString(16)).join(':');
      const neighbour = [...groups.slice(0, 3), 1, 2, 3, 4, 5].map((group) => group.toString(16)).join(':');

      expect(truncated(text)).toBe(truncated(neighbour));
    }),
  );
});
