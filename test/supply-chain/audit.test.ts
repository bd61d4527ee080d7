import { auditFindings } from './audit-policy.ts';

const advisory = (severity: string) => ({ url: 'https://github.com/advisories/GHSA-1', title: 'bad', severity });
const output = (...via: unknown[]) => JSON.stringify({ vulnerabilities: { left: { via }, right: { via: ['left'] } } });
const exception = { id: 'GHSA-1', why: 'not reachable', until: '2026-06-30' };

test.each([
  ['nothing', JSON.stringify({ vulnerabilities: {} }), [], []],
  ['a low severity', output(advisory('low')), [], []],
  ['a high severity', output(advisory('high')), [], ['GHSA-1 (high) in left: bad']],
  ['an exception', output(advisory('high')), [exception], []],
  ['an exception that nothing needs', output(), [exception], ['nothing needs the exception GHSA-1 any more']],
])('%s', (_, text, exceptions, expected) => {
  expect(auditFindings(text, exceptions, '2026-06-30')).toEqual(expected);
});

test('an exception ends', () => {
  expect(auditFindings(output(advisory('high')), [exception], '2026-07-01')).toEqual([
    'the exception GHSA-1 ended on 2026-06-30',
  ]);
});

test.each(['', 'not JSON', '{"message":"405 Method Not Allowed","error":{}}'])(
  'an answer without an audit is an error: %s',
  (text) => {
    expect(() => auditFindings(text, [], '2026-01-01')).toThrow(/gave no audit/);
  },
);
