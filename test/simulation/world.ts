import type { Fault, Network } from '#test/support/faulty-calls.ts';
import type { Choices } from './choices.ts';
import { Clock, runImmediates, useClock } from './platform/clock.ts';

const nextTurn = setImmediate;
/** After so many steps, nothing fails any more, so that every history ends. */
const CALM_AFTER = 400;
const STUCK_AFTER = 5_000;
/** In steps of others. */
const LONGEST_PAUSE = 60;

/** How often something happens in a history. Each history has rates of its own, so that some have only one kind of event. */
const RATES = {
  fault: [0, 0.03, 0.15],
  stop: [0, 0.01, 0.05],
  pause: [0, 0.03, 0.1],
  others: [0, 0.1, 0.7],
} as const;

interface Turn {
  readonly actor: Actor;
  readonly what: string;
  readonly go: () => void;
}

/** What must hold doesn't hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/**
 * One history: workers call stores, and this decides after each step which call goes on, which one fails, and which
 * worker stops. The decisions come from the choices, so the same choices are the same history.
 */
export class World {
  readonly choices: Choices;
  readonly clock = new Clock();
  /** Nothing fails any more. */
  calm = false;
  /** A worker that is given up may go on. */
  zombies = true;
  /** What happened, if it is told. */
  readonly trace: string[] | undefined;
  readonly #rates: Record<keyof typeof RATES, number>;
  #turns: Turn[] = [];
  #last: Actor | undefined;
  #violation: Violation | undefined;
  steps = 0;

  constructor(choices: Choices, { tells = false } = {}) {
    this.choices = choices;
    this.trace = tells ? [] : undefined;
    const rate = (rates: readonly number[]) => rates[choices.event(rates.length, 0.8)] as number;
    this.#rates = {
      fault: rate(RATES.fault),
      stop: rate(RATES.stop),
      pause: rate(RATES.pause),
      others: rate(RATES.others),
    };
    useClock(this.clock);
  }

  actor(name: string): Actor {
    return new Actor(name, this);
  }

  tell(line: string): void {
    this.trace?.push(`${String(this.clock.now).padStart(7)} ms  ${line}`);
  }

  faultOf(actor: Actor, what: string): Fault {
    const fault = this.calm ? 0 : this.choices.event(4, this.#rates.fault);
    const kind = (['none', 'before', 'after', 'late'] as const)[fault] as Fault;
    if (kind !== 'none') this.tell(`${actor.name}: ${what} ${SAYS[kind]}`);
    return kind;
  }

  /** Resolves when it is this actor's turn. @param steps of others that come before, if there are so many */
  turn(actor: Actor, what: string, steps = 0): Promise<void> {
    if (steps > 0) actor.pausedUntil = this.steps + steps;
    return new Promise((go) => this.#turns.push({ actor, what, go }));
  }

  /** Ends the history: what must hold doesn't hold. For code whose errors the code under simulation would take. */
  violated(message: string): Violation {
    this.#violation ??= new Violation(message);
    return this.#violation;
  }

  /** Lets everybody go on, step by step, until the work is done. @throws Violation, or what the work throws */
  async run(work: Promise<unknown>): Promise<void> {
    let [isDone, error] = [false, undefined as { thrown: unknown } | undefined];
    work.then(
      () => {
        isDone = true;
      },
      (thrown: unknown) => {
        error = { thrown };
      },
    );
    for (;;) {
      await quiet();
      if (this.#violation) throw this.#violation;
      if (error) throw error.thrown;
      if (isDone) return;
      this.step();
    }
  }

  step(): void {
    this.steps += 1;
    if (this.steps > CALM_AFTER) this.calm = true;
    if (this.steps > STUCK_AFTER) throw new Violation('the history does not end');
    const turn = this.#next();
    if (turn === undefined) {
      this.clock.advance();
      return;
    }
    const { actor, what } = turn;
    if (!this.calm) this.#interrupt(actor, what);
    if (actor.dead || actor.pausedUntil > this.steps) return;
    this.#turns.splice(this.#turns.indexOf(turn), 1);
    this.#last = actor;
    this.tell(`${actor.name}: ${what}`);
    turn.go();
  }

  /** Whose turn it is: usually the one who had the last one. @returns undefined if the clock goes on */
  #next(): Turn | undefined {
    this.#turns = this.#turns.filter(({ actor }) => !actor.dead);
    const able = this.#turns.filter(({ actor }) => actor.pausedUntil <= this.steps);
    const own = able.findIndex(({ actor }) => actor === this.#last);
    if (own > 0) able.unshift(...able.splice(own, 1));
    const clocks = this.clock.next === undefined ? 0 : 1;
    const chosen = this.choices.event(able.length + clocks, this.calm ? 0 : this.#rates.others);
    const turn = able[chosen] ?? (clocks === 0 ? this.#turns[0] : undefined);
    if (turn === undefined && clocks === 0) throw new Violation('everybody waits, and nothing will happen any more');
    if (turn !== undefined && turn.actor.pausedUntil > this.steps) turn.actor.pausedUntil = this.steps;
    return turn;
  }

  /** Before its next call, a worker may crash, become a zombie, or pause while others go on. */
  #interrupt(actor: Actor, what: string): void {
    if (actor.mayStop) {
      const stop = this.choices.event(this.zombies ? 3 : 2, this.#rates.stop);
      if (stop !== 0) actor.stop(stop === 1 ? 'crash' : 'zombie', what);
      if (stop === 2) actor.pausedUntil = this.steps + this.choices.event(LONGEST_PAUSE, 0.8);
    }
    if (this.choices.chance(this.#rates.pause)) {
      actor.pausedUntil = this.steps + 1 + this.choices.event(LONGEST_PAUSE, 0.8);
      this.tell(`${actor.name} pauses, before: ${what}`);
    }
  }
}

const SAYS = {
  none: '',
  before: 'will fail',
  after: 'will be done, without an answer',
  late: 'will fail, and be done later',
};

/** A worker, or whatever else makes calls. */
export class Actor {
  readonly name: string;
  dead = false;
  /** the step before which others go on */
  pausedUntil = 0;
  readonly #world: World;
  #stopped: ((how: 'crash' | 'zombie') => void) | undefined;

  constructor(name: string, world: World) {
    this.name = name;
    this.#world = world;
  }

  /** Whether it works on something that another worker could get. */
  get mayStop(): boolean {
    return this.#stopped !== undefined;
  }

  get network(): Network {
    return {
      faultOf: (_, what) => this.#world.faultOf(this, what),
      turn: (when, what) => this.#world.turn(this, when === 'before' ? what : `${what}: answer`),
      later: (apply, what) => {
        const late = this.#world.actor('the network');
        void this.#world
          .turn(late, `${what}, of ${this.name}, is done late`)
          .then(apply)
          // Nobody waits for its answer.
          .catch(() => {});
      },
    };
  }

  /**
   * Works on something. It may crash: then nothing more happens of it. Or it may become a zombie: it goes on, but
   * nobody waits for it any more.
   * @returns the result; `crash` or `zombie` if there will be none
   */
  async do<T>(work: () => Promise<T>): Promise<{ result: T } | 'crash' | 'zombie'> {
    const stopped = Promise.withResolvers<'crash' | 'zombie'>();
    this.#stopped = stopped.resolve;
    const done = work().then((result) => ({ result }));
    done.catch(() => {});
    try {
      return await Promise.race([done, stopped.promise]);
    } finally {
      this.#stopped = undefined;
    }
  }

  stop(how: 'crash' | 'zombie', what: string): void {
    this.#world.tell(`${this.name} ${how === 'crash' ? 'dies' : 'is given up, and goes on'}, before: ${what}`);
    this.dead = how === 'crash';
    this.#stopped?.(how);
  }
}

/** Resolves when everybody waits for a turn or a timer. */
async function quiet(): Promise<void> {
  do {
    await new Promise<void>((resolve) => nextTurn(resolve));
  } while (runImmediates());
}
