import type { World } from './world.ts';

/** Code under simulation. */
export interface System {
  /** Plays one history, and checks it. @throws Violation if what must hold doesn't hold */
  play(world: World): Promise<void>;
}

/** A safeguard that is taken out: the lines of the code that it changes. */
export interface Mutation {
  /** the safeguard, in words */
  readonly safeguard: string;
  readonly file: string;
  /** this text is in the file once */
  readonly from: string;
  readonly to: string;
  /** a history that needs it is too rare for the simulation: what finds that it is missing instead */
  readonly rare?: string;
}
