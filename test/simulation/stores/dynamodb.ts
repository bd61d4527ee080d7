import type {
  BatchStatementRequest,
  BatchStatementResponse,
  BatchExecuteStatementCommandInput as Input,
  BatchExecuteStatementCommandOutput as Output,
} from '@aws-sdk/client-dynamodb';
import type { Item } from '#lib/stores/attributes.ts';
import { type ConditionalWrite, conditionalWrites, type WriteIf } from '#lib/stores/conditional-writes.ts';
import { answeredBy } from '#lib/stores/dynamodb.fixture.ts';
import { FaultyCalls } from '#test/support/faulty-calls.ts';
import type { Actor, World } from '../world.ts';
import { readStatement } from './partiql.ts';

/** The key attributes of each table. */
export type Keys = Readonly<Record<string, ConditionalWrite['key']>>;

/** DynamoDB's BatchExecuteStatement in memory: each statement is atomic, others may come in between, any is throttled. */
export class DynamodbModel {
  readonly items = new Map<string, Item>();
  readonly #world: World;
  readonly #keys: Keys;

  constructor(world: World, keys: Keys) {
    this.#world = world;
    this.#keys = keys;
  }

  /** @param rejects the items that DynamoDB refuses because of their content */
  attach(actor: Actor, rejects: (item: Item) => boolean): WriteIf {
    const calls = new FaultyCalls({ ...actor.network, error: () => new Error('the table is away') });
    const { client } = answeredBy<Input, Output>(({ Statements = [] }) =>
      calls.call(`${Statements.length} statements`, async () => {
        const Responses: BatchStatementResponse[] = [];
        for (const statement of Statements) {
          await calls.turn(`statement ${statement.Statement?.split(' ')[0]}`);
          Responses.push(this.#run(statement, rejects));
        }
        return { Responses };
      }),
    );
    return conditionalWrites(client);
  }

  #run(request: BatchStatementRequest, rejects: (item: Item) => boolean): BatchStatementResponse {
    if (!this.#world.calm && this.#world.choices.chance(0.05)) return { Error: { Code: 'ThrottlingError' } };
    const { verb, table, item, key, removed, holds } = readStatement(request);
    if (rejects(item)) return { Error: { Code: 'ValidationError', Message: 'Item size has exceeded' } };
    const name = JSON.stringify([table, ...(this.#keys[table] ?? []).map((attribute) => key[attribute])]);
    const stored = this.items.get(name);
    if (verb === 'INSERT') {
      if (stored) return { Error: { Code: 'DuplicateItem' } };
      this.items.set(name, item);
      return {};
    }
    if (!stored || !holds(stored)) {
      return { Error: { Code: 'ConditionalCheckFailed', ...(stored && { Item: stored }) } };
    }
    const kept = Object.entries(stored).filter(([attribute]) => !removed.includes(attribute));
    this.items.set(name, { ...Object.fromEntries(kept), ...item });
    return {};
  }
}
