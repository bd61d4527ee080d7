import { parseArgs } from 'node:util';

/**
 * Reads the options of a benchmark, which are whole numbers from 1. Prints the help and ends for `--help`; ends with
 * exit code 2 where an option is unknown or wrong.
 */
export function numberOptions<Name extends string>(help: string, defaults: Record<Name, number>): Record<Name, number> {
  const names = Object.keys(defaults) as Name[];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    const parsed = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
    const values: Record<string, unknown> = parsed.values;
    if (values['help']) {
      console.log(help);
      process.exit();
    }
    const numbers = names.map((name) => [name, Number(values[name] ?? defaults[name])] as const);
    const wrong = numbers.find(([, value]) => !Number.isInteger(value) || value < 1);
    if (wrong) throw new Error(`--${wrong[0]} takes a whole number of 1 or more`);
    return Object.fromEntries(numbers) as Record<Name, number>;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    process.exit(2);
  }
}
