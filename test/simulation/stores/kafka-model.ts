import type { World } from '../world.ts';

export interface LoggedRecord {
  readonly offset: number;
  readonly value: Buffer;
  readonly timestamp: number;
}

/** A member of the group, as the coordinator knows it. */
export interface Member {
  /** of its poller */
  readonly name: string;
  /** the member learns which partitions it has now */
  told(assignment: { memberId: string; generation: number; partitions: readonly number[] }): void;
  /** the coordinator no longer knows the member */
  expelled(): void;
}

/** A topic, its log, and the coordinator of a group, in memory. */
export class KafkaModel {
  readonly topic = 'orders';
  readonly logs: LoggedRecord[][];
  readonly committed = new Map<number, number>();
  readonly discarded: string[] = [];
  /** Called with each commit. */
  onCommit = (_partition: number, _offset: number): void => {};
  generation = 0;
  readonly #world: World;
  readonly #members = new Map<string, Member>();
  #joined = 0;

  constructor(world: World, logs: LoggedRecord[][]) {
    this.#world = world;
    this.logs = logs;
  }

  endOf(partition: number): number {
    const last = this.logs[partition]?.at(-1);
    return last === undefined ? 0 : last.offset + 1;
  }

  /** A new member, with an id of its own. */
  join(member: Member): string {
    this.#joined += 1;
    const id = `member-${this.#joined}`;
    this.#members.set(id, member);
    this.#rebalance();
    return id;
  }

  leave(id: string): void {
    if (this.#members.delete(id)) this.#rebalance();
  }

  /** The session of a member ends: it was silent for too long. */
  expel(id: string): void {
    const member = this.#members.get(id);
    this.leave(id);
    member?.expelled();
  }

  get members(): readonly string[] {
    return [...this.#members.keys()];
  }

  membersOf(name: string): readonly string[] {
    return [...this.#members].flatMap(([id, member]) => (member.name === name ? [id] : []));
  }

  /** Each member learns of the new generation at a time of its own. */
  #rebalance(): void {
    this.generation += 1;
    const { generation } = this;
    const members = [...this.#members];
    for (const [index, [memberId, member]] of members.entries()) {
      const partitions = [...this.logs.keys()].filter((partition) => partition % members.length === index);
      const told = this.#world.turn(
        this.#world.actor('the coordinator'),
        `tells ${memberId} of generation ${generation}`,
      );
      void told.then(() => {
        if (this.generation === generation) member.told({ memberId, generation, partitions });
      });
    }
  }

  /**
   * @param late the member has already given the request up, so a later one may have been before it
   * @throws Error if the member isn't in this generation
   */
  commit(
    { memberId, generation, late }: { memberId: string; generation: number; late: boolean },
    offsets: readonly { partition: number; offset: number }[],
  ): void {
    if (!this.#members.has(memberId)) throw new Error('UNKNOWN_MEMBER_ID');
    if (generation !== this.generation) throw new Error('ILLEGAL_GENERATION');
    for (const { partition, offset } of offsets) {
      if (offset > this.endOf(partition)) throw this.#world.violated(`offset ${offset} is committed, beyond the end`);
      const before = this.committed.get(partition) ?? 0;
      if (offset < before && !late)
        throw this.#world.violated(`partition ${partition} goes back from ${before} to ${offset}`);
      this.committed.set(partition, offset);
      this.onCommit(partition, offset);
    }
  }
}
