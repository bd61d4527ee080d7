import type { SqlParameter } from '@aws-sdk/client-rds-data';
import { type Deadline, retry } from '#lib/deadline.ts';
import { PermanentError } from '#lib/errors.ts';
import type { Database, Execute } from '#lib/stores/data-api.ts';
import { isBrokenDeployment } from '#lib/stores/data-api-errors.ts';
import type { Migration } from './migrations.ts';

/** Names of migrations. */
export interface Applied {
  /** Applied by this run. */
  readonly applied: string[];
  /** Applied by an earlier run. */
  readonly already: string[];
}

/** Any number that no other lock uses. With the lock, two runs at once wait for each other. */
const LOCK = 4_020_210;

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`;

/**
 * Applies the missing migrations in order. Each one runs in its own transaction, together with its row in
 * schema_migrations: a migration that fails leaves nothing behind, and the next run continues with it. Waits until the
 * deadline for a database that is resuming or unavailable.
 * @throws PermanentError MIGRATION_CHANGED where the text of an applied migration has changed
 * @throws Error naming the migration where PostgreSQL or the service rejects it
 * @throws TransientError where the deadline passed first
 */
export async function applyMigrations(
  database: Database,
  migrations: readonly Migration[],
  deadline: Deadline,
): Promise<Applied> {
  const outcome: Applied = { applied: [], already: [] };
  for (const migration of migrations) {
    const fresh = await retry(() => database.transaction((execute) => applyOne(execute, migration)).catch(named), {
      deadline,
    });
    outcome[fresh ? 'applied' : 'already'].push(migration.name);

    // Waiting does not fix a wrong statement or a missing permission.
    function named(error: unknown): never {
      if (!isBrokenDeployment(error)) throw error;
      throw new Error(`migration ${migration.name}: ${error.code}, ${error.message}`, { cause: error });
    }
  }
  return outcome;
}

async function applyOne(execute: Execute, migration: Migration): Promise<boolean> {
  // Held until the end of the transaction. The Data API can't return void, so the result is cast.
  await execute(`SELECT pg_advisory_xact_lock(${LOCK})::text`);
  await execute(CREATE_TABLE);
  const applied = await appliedChecksum(execute, migration.version);
  if (applied !== undefined && applied !== migration.checksum) {
    throw new PermanentError(
      'MIGRATION_CHANGED',
      `migration ${migration.name} was changed after it was applied: restore resources/sql/${migration.name}.sql and put the change in a new migration`,
    );
  }
  if (applied !== undefined) return false;
  for (const statement of migration.statements) await execute(statement);
  await execute('INSERT INTO schema_migrations (version, name, checksum) VALUES (:version, :name, :checksum)', [
    version(migration.version),
    { name: 'name', value: { stringValue: migration.name } },
    { name: 'checksum', value: { stringValue: migration.checksum } },
  ]);
  return true;
}

async function appliedChecksum(execute: Execute, number: number): Promise<string | undefined> {
  const found = await execute('SELECT checksum FROM schema_migrations WHERE version = :version', [version(number)]);
  return found.records?.[0]?.[0]?.stringValue;
}

function version(value: number): SqlParameter {
  return { name: 'version', value: { longValue: value } };
}
