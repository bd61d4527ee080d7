/** The ways in which a record can be wrong at a place. */
export const FINDING_KINDS = ['lost', 'duplicated', 'different', 'unexpected', 'outOfOrder'] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** The faults of one kind at one place: all of them are counted, and the first 20 are named. */
export interface FindingGroup {
  /** a topic, `s3 <topic>`, `rds <table>`, `dynamodb <table>`, `generator` */
  place: string;
  kind: FindingKind;
  count: number;
  /** coordinates, `source`, or key of the record; `why` where the kind alone doesn't explain the fault */
  first: { id: string; why?: string }[];
}

const NAMED = 20;

/** Collects the faults of a run. A record that is wrong at several places counts once for each of them. */
export class Findings {
  readonly #groups = new Map<string, FindingGroup>();

  add(place: string, kind: FindingKind, id: string, why?: string): void {
    const name = `${place}\n${kind}`;
    const group = this.#groups.get(name) ?? { place, kind, count: 0, first: [] };
    this.#groups.set(name, group);
    group.count++;
    if (group.first.length < NAMED) group.first.push({ id, ...(why !== undefined && { why }) });
  }

  list(): FindingGroup[] {
    return [...this.#groups.values()];
  }

  counts(): Record<FindingKind, number> {
    const counts = { lost: 0, duplicated: 0, different: 0, unexpected: 0, outOfOrder: 0 };
    for (const { kind, count } of this.#groups.values()) counts[kind] += count;
    return counts;
  }
}
