import { type ParseArgsConfig, parseArgs, types } from 'node:util';

/** Exit codes of every command: 0 done, 1 failed, 2 wrong arguments. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** Wrong arguments. The message is printed with a pointer to `--help`; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type OptionsConfig = NonNullable<ParseArgsConfig['options']>;
type Parsed<O extends OptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; allowPositionals: true; strict: true }>
>;

export interface CommandInput<O extends OptionsConfig> {
  values: Parsed<O>['values'];
  positionals: string[];
  /** The first Ctrl-C (or SIGTERM) aborts it: finish cleanly. A second one ends the process at once. */
  signal: AbortSignal;
}

export interface Command<O extends OptionsConfig> {
  /** As in `npm run <name>`. */
  name: string;
  /** The whole text of `--help`. */
  usage: string;
  /** The options of node:util's parseArgs; `help` is added. */
  options: O;
  /** Runs the command. Returns an exit code, or nothing for 0. Throws UsageError or any other error. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a command that returns nothing exits with 0
  run(input: CommandInput<O>): Promise<number | void>;
}

/**
 * Runs a command: parses its arguments strictly, prints its help, and prints an error as one line without a stack.
 *
 * @returns the exit code
 * @example
 * const tail: Command<typeof OPTIONS> = { name: 'tail', usage: USAGE, options: OPTIONS, run };
 * if (import.meta.main) process.exit(await runCommand(tail));
 */
export async function runCommand<O extends OptionsConfig>(
  command: Command<O>,
  args: string[] = process.argv.slice(2),
): Promise<number> {
  const abort = new AbortController();
  const onSignal = () => {
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  process.stdout.on('error', onClosedPipe);
  try {
    const { values, positionals } = parse(command, args);
    if ('help' in values && values.help) {
      console.log(command.usage.trim());
      return EXIT.ok;
    }
    return (await command.run({ values, positionals, signal: abort.signal })) ?? EXIT.ok;
  } catch (error) {
    console.error(`${command.name}: ${messageOf(error)}`);
    if (!(error instanceof UsageError)) return EXIT.failed;
    console.error(`See: npm run ${command.name} -- --help`);
    return EXIT.usage;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    process.stdout.off('error', onClosedPipe);
  }
}

/**
 * Reads the number of an option.
 *
 * @throws UsageError with the option's name if the text is no number or out of range
 */
export function numberOption(
  name: string,
  text: string,
  { min, max = Number.MAX_SAFE_INTEGER, integer = false }: { min: number; max?: number; integer?: boolean },
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= min && value <= max) || (integer && !Number.isInteger(value))) {
    const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
    throw new UsageError(`--${name} takes a${integer ? ' whole' : ''} number ${range}, not "${text}"`);
  }
  return value;
}

/** An error's message and the messages of its causes, on one line. */
export function messageOf(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  const own = error.message || ('code' in error ? String(error.code) : error.name);
  return error.cause === undefined ? own : `${own}: ${messageOf(error.cause)}`;
}

function parse<O extends OptionsConfig>(command: Command<O>, args: string[]): Parsed<O> {
  try {
    const options = { ...command.options, help: { type: 'boolean', short: 'h' } } as const;
    return parseArgs({ args, options, allowPositionals: true, strict: true }) as unknown as Parsed<O>;
  } catch (error) {
    // Node's first sentence is enough; its advice on "--" doesn't help here.
    throw new UsageError(messageOf(error).split('. ')[0] as string);
  }
}

/** `npm run tail -- x | head -1` closes the pipe. That is no failure. */
function onClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
}
