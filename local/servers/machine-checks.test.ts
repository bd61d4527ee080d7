import { checkMachine, checkNode } from './machine-checks.ts';

describe('the checks of a machine', () => {
  test.each([
    ['24.21.0', 'ok'],
    ['22.22.0', 'ok'],
    ['22.21.1', 'fail'],
    ['20.20.2', 'fail'],
  ])('Node %s is %s', (version, verdict) => {
    expect(checkNode(version).verdict).toBe(verdict);
  });

  test('without Maven and with an empty cache, the check fails and says how to mend it', async () => {
    const checks = await checkMachine({ PATH: '', MSK_PIPELINE_CACHE: '/nowhere' }, undefined);

    expect(checks.find(({ name }) => name === 'maven')).toMatchObject({
      verdict: 'fail',
      found: expect.stringContaining('Install it'),
    });
    expect(checks.map(({ name }) => name)).toEqual(['node', 'java', 'maven', 'cache', 'memory', 'disk', 'ports']);
  });
});
