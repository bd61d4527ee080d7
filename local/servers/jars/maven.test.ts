import { explain, findMaven } from './maven.ts';

describe('Maven', () => {
  test('a missing one is told with how to get it', () => {
    expect(() => findMaven({ PATH: '/nowhere' })).toThrow(/`mvn` is not on the PATH.*apt-get install maven/);
  });

  test.each([
    ['[ERROR] Failed: x.jar: No space left on device', 'The disk is full'],
    [
      '[ERROR] Could not transfer artifact a:b from/to central: Temporary failure in name resolution',
      'check the network',
    ],
    ['[ERROR] Could not find artifact a:b:jar:1 in central', 'lacks an artifact'],
  ])('%j is explained: %s', (line, mend) => {
    expect(explain(`[INFO] Scanning\n${line}\n[ERROR] \n[ERROR] To see the full stack trace`)).toMatch(mend);
    expect(explain(`[INFO] Scanning\n${line}\n[ERROR] \n[ERROR] To see the full stack trace`)).toMatch(line);
  });

  test('where nothing is known of it, the last lines are told', () => {
    expect(explain('1\n2\n3\n4\n5\n6\n')).toBe('\n  3\n  4\n  5\n  6');
  });
});
