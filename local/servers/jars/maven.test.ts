import { explain } from '../process/tool.ts';
import { findMaven, MAVEN_CAUSES } from './maven.ts';

describe('Maven', () => {
  test('where it is missing, the error says how to get it', () => {
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
    const text = `[INFO] Scanning\n${line}\n[ERROR] \n[ERROR] To see the full stack trace`;
    expect(explain(text, MAVEN_CAUSES)).toMatch(mend);
    expect(explain(text, MAVEN_CAUSES)).toMatch(line);
  });

  test('where the cause is not known, the error has the last lines', () => {
    expect(explain('1\n2\n3\n4\n5\n6\n', MAVEN_CAUSES)).toBe('\n  3\n  4\n  5\n  6');
  });
});
