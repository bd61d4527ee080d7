import type { SearchClient } from '#lib/stores/search.ts';
import { FaultyCalls } from '#test/support/faulty-calls.ts';
import type { Actor, World } from '../world.ts';

type Action = Readonly<Record<string, { readonly _index: string; readonly _id?: string }>>;

/** OpenSearch's `_bulk` in memory: each item is atomic, others may come in between, and an item may be throttled. */
export class SearchModel {
  /** index and id of a document -> how often it was written */
  readonly documents = new Map<string, number>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  attach(actor: Actor): Pick<SearchClient, 'send'> {
    const calls = new FaultyCalls({ ...actor.network, error: () => new Error('the cluster is away') });
    return {
      send: ({ body }) => {
        const lines = body as readonly object[];
        const items = lines
          .filter((_, i) => i % 2 === 0)
          .map((action, i) => [action as Action, lines[2 * i + 1]] as const);
        return calls.call(`bulk of ${items.length}`, async () => {
          const answers: object[] = [];
          for (const [action, source] of items) {
            await calls.turn('an item of a bulk');
            answers.push(this.#write(action, source as { alert: string }));
          }
          return { items: answers };
        });
      },
    };
  }

  #write(action: Action, { alert }: { alert: string }): object {
    const [[verb, { _index, _id = `${this.documents.size}` }]] = Object.entries(action) as [
      [string, Action[string] & {}],
    ];
    const name = `${_index}/${_id}`;
    if (!this.#world.calm && this.#world.choices.chance(0.05)) return { [verb]: { status: 429 } };
    if (alert === 'bad') return { [verb]: { status: 400, error: { type: 'mapper_parsing_exception' } } };
    const written = this.documents.get(name) ?? 0;
    if (written > 0 && verb === 'create') return { [verb]: { status: 409 } };
    this.documents.set(name, written + 1);
    return { [verb]: { status: 201 } };
  }
}
