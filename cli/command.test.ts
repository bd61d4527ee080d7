import { jest } from '@jest/globals';
import { type Command, type CommandInput, messageOf, numberOption, runCommand, UsageError } from './command.ts';

const OPTIONS = { rate: { type: 'string' }, loud: { type: 'boolean' } } as const;

function printed() {
  const out = jest.spyOn(console, 'log').mockImplementation(() => {});
  const err = jest.spyOn(console, 'error').mockImplementation(() => {});
  return { out: () => out.mock.calls.flat().join('\n'), err: () => err.mock.calls.flat().join('\n') };
}

function command(run: Command<typeof OPTIONS>['run']): Command<typeof OPTIONS> {
  return { name: 'example', usage: '\nUsage: npm run example -- [--rate N]\n', options: OPTIONS, run };
}

afterEach(() => {
  jest.restoreAllMocks();
});

describe('runCommand', () => {
  test('passes options and positionals to the command, and exits with 0', async () => {
    let seen: CommandInput<typeof OPTIONS> | undefined;
    const code = await runCommand(
      command(async (input) => {
        seen = input;
      }),
      ['topic', '--rate', '5', '--loud'],
    );
    expect(code).toBe(0);
    expect({ ...seen?.values }).toEqual({ rate: '5', loud: true });
    expect(seen?.positionals).toEqual(['topic']);
  });

  test('returns the exit code of the command', async () => {
    expect(
      await runCommand(
        command(async () => 1),
        [],
      ),
    ).toBe(1);
  });

  test('--help prints the usage, and the command does not run', async () => {
    const { out } = printed();
    const code = await runCommand(
      command(async () => {
        throw new Error('ran');
      }),
      ['--help'],
    );
    expect(code).toBe(0);
    expect(out()).toBe('Usage: npm run example -- [--rate N]');
  });

  test('an unknown option exits with code 2 and names the option', async () => {
    const { err } = printed();
    expect(
      await runCommand(
        command(async () => {}),
        ['--rat', '5'],
      ),
    ).toBe(2);
    expect(err()).toBe("example: Unknown option '--rat'\nSee: npm run example -- --help");
  });

  test('a failure exits with code 1 and prints one line with its causes, without a stack', async () => {
    const { err } = printed();
    const code = await runCommand(
      command(async () => {
        throw new Error('no trips', { cause: new Error('table is empty') });
      }),
      [],
    );
    expect(code).toBe(1);
    expect(err()).toBe('example: no trips: table is empty');
  });

  test('Ctrl-C aborts the signal, and no listener is left behind', async () => {
    const before = process.listenerCount('SIGINT');
    const code = await runCommand(
      command(async ({ signal }) => {
        process.emit('SIGINT');
        return signal.aborted ? 0 : 1;
      }),
      [],
    );
    expect(code).toBe(0);
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});

test.each([
  ['fast', 'number from 0 to 1'],
  ['', 'number from 0 to 1'],
  ['1.5', 'number from 0 to 1'],
  ['-1', 'number from 0 to 1'],
])('numberOption refuses "%s"', (text, reason) => {
  expect(() => numberOption('bad', text, { min: 0, max: 1 })).toThrow(UsageError);
  expect(() => numberOption('bad', text, { min: 0, max: 1 })).toThrow(`--bad takes a ${reason}, not "${text}"`);
});

test('numberOption refuses a fraction if the option takes a whole number', () => {
  expect(numberOption('vehicles', '200', { min: 1, integer: true })).toBe(200);
  expect(() => numberOption('vehicles', '2.5', { min: 1, integer: true })).toThrow('whole number of 1 or more');
});

test('messageOf gives the code of an error that has no message', () => {
  expect(messageOf(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED');
});
