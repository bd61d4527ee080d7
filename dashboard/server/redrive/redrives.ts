import type { Ask } from '#functions/ops/redrive/ask.ts';
import { type Plan, planRedrive, type Readers } from '#functions/ops/redrive/plan.ts';
import type { Refusal } from '#functions/ops/redrive/requests.ts';
import { runRedrive } from '#functions/ops/redrive/run.ts';
import type { Redrive } from '../../contract.ts';
import { RequestError } from '../http/guard.ts';

/** The most records per second, as `npm run dlq` has it. */
const RATE = 200;
/** Dead letters that are named for each reason. */
const MOST_NAMED = 5;

/** A dry run, and how far it got. */
interface Current {
  plan: Plan;
  state: Redrive['state'];
  sent: number;
  /** by the brokers or the service, while it ran */
  refusals: readonly Refusal[];
  problem: string | null;
}

export interface RedrivesOptions {
  readonly ask: Ask;
  readonly readers: Readers;
  /** the dead-letter topics */
  readonly topics: readonly string[];
  readonly rate?: number;
}

/**
 * The redrives that a page asks for, one at a time. Only what was planned can be sent: the page shows the plan first,
 * and names its id to begin.
 */
export class Redrives {
  readonly #options: RedrivesOptions;
  #current: Current | undefined;
  #run: { stop: AbortController; ended: Promise<void> } | undefined;

  constructor(options: RedrivesOptions) {
    this.#options = options;
  }

  /** The latest one; null before the first. */
  get latest(): Redrive | null {
    return this.#current === undefined ? null : shown(this.#current);
  }

  /** Says what a redrive would send. It sends nothing. @throws RequestError 400 for another topic, 409 during a redrive */
  async plan({ topic, code }: { topic: string; code?: string | undefined }): Promise<Redrive> {
    const { ask, readers, topics } = this.#options;
    if (!topics.includes(topic)) throw new RequestError(400, `the topics are ${topics.join(', ')}`, 'topic');
    this.#refuseWhileRunning();
    const filter = code === undefined ? {} : { codes: [code] };
    const plan = await planRedrive(ask, { topic, filter }, readers);
    this.#refuseWhileRunning();
    this.#current = { plan, state: 'planned', sent: 0, refusals: [], problem: null };
    return shown(this.#current);
  }

  /** Begins to send the plan with this id, or goes on with it. @throws RequestError 409 if it isn't the latest plan */
  run(id: string): Redrive {
    this.#refuseWhileRunning();
    const current = this.#known(id);
    if (current.state === 'done') throw new RequestError(409, 'this redrive is done: look again what is left');
    const stop = new AbortController();
    const resumed = current.state !== 'planned';
    Object.assign(current, { state: 'running', problem: null });
    this.#run = { stop, ended: this.#send(current, { ...current.plan, resumed }, stop.signal) };
    return shown(current);
  }

  /** Ends a redrive after the records that are being sent. */
  async stop(id: string): Promise<Redrive> {
    const current = this.#known(id);
    await this.close();
    return shown(current);
  }

  async close(): Promise<void> {
    this.#run?.stop.abort();
    await this.#run?.ended;
  }

  async #send(current: Current, plan: Plan, signal: AbortSignal): Promise<void> {
    const { ask, rate = RATE } = this.#options;
    const progress = ({ sent }: { sent: number }) => void Object.assign(current, { sent });
    try {
      const { sent, refusals, stopped } = await runRedrive(ask, plan, { rate, signal, progress });
      Object.assign(current, { sent, refusals, state: stopped ? 'stopped' : 'done' });
    } catch (error) {
      Object.assign(current, { state: 'failed', problem: (error as Error).message });
    } finally {
      this.#run = undefined;
    }
  }

  #known(id: string): Current {
    if (this.#current?.plan.id === id) return this.#current;
    throw new RequestError(409, 'this is not the latest dry run: look again what would be sent', 'id');
  }

  #refuseWhileRunning(): void {
    if (this.#run !== undefined) throw new RequestError(409, 'a redrive is running: wait for its end, or stop it');
  }
}

function shown({ plan, state, sent, refusals, problem }: Current): Redrive {
  const { id, topic, letters, superseded } = plan;
  const groups = Map.groupBy(letters, ({ from, function: name, code }) => JSON.stringify([from.topic, name, code]));
  const refused = Map.groupBy([...plan.refused, ...refusals], ({ why }) => why);
  return {
    id,
    topic,
    groups: [...groups].map(([key, own]) => {
      const [to, name, code] = JSON.parse(key) as [string, string, string];
      return { topic: to, function: name, code, records: own.length };
    }),
    total: letters.length,
    superseded,
    state,
    sent,
    refused: [...refused].map(([why, own]) => ({
      why,
      records: own.length,
      letters: own.slice(0, MOST_NAMED).map(({ letter }) => letter),
    })),
    problem,
  };
}
