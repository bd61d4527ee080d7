import { isIP } from 'node:net';
import fc from 'fast-check';
import { isAddress, truncated } from './address.ts';

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
])('of %s only %s is kept', (address, kept) => {
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
])('%j is no address', (text) => {
  expect(isAddress(text)).toBe(false);
});

test('what is kept is an address again, keeps itself, and is the same for all of its network', () => {
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
