import { createHash } from 'node:crypto';
import { splitStatements } from '#lib/stores/sql/statements.ts';

/** A numbered file of resources/sql, ready to be applied. */
export interface Migration {
  readonly version: number;
  /** The file's name without its extension: `001_fleet`. */
  readonly name: string;
  /** SHA-256 of the text, in hex: tells whether an applied file was changed later. */
  readonly checksum: string;
  readonly statements: readonly string[];
}

const NAME = /^(\d{3})_[a-z0-9_]+$/;

/**
 * The migrations in the order of their numbers.
 * @param files name without `.sql` -> text
 * @throws Error naming a file without a number in its name, or two files with the same number
 */
export function readMigrations(files: Readonly<Record<string, string>>): Migration[] {
  const migrations = Object.entries(files)
    .map(([name, text]) => readMigration(name, text))
    .toSorted((one, other) => one.version - other.version);
  for (const [index, { version, name }] of migrations.entries()) {
    const before = migrations[index - 1];
    if (before?.version === version) throw new Error(`migrations ${before.name} and ${name} have the same number`);
  }
  return migrations;
}

function readMigration(name: string, text: string): Migration {
  const number = NAME.exec(name)?.[1];
  if (number === undefined) throw new Error(`migration ${name}: its name must be like 001_what_it_makes`);
  // Line endings depend on the checkout: they do not count.
  const content = text.replaceAll('\r\n', '\n');
  const checksum = createHash('sha256').update(content).digest('hex');
  return { version: Number(number), name, checksum, statements: splitStatements(content) };
}
