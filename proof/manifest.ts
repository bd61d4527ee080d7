/** A way in which a record is bad, and the code that its dead letter must carry. */
export interface BadCause {
  cause: string;
  code: string;
}

/** What must happen to a generated record; `raises` names the alerts that a good record must raise. */
export type Expectation = { kind: 'good'; raises: string[] } | { kind: 'bad'; cause: string; code: string };

/** A record that the brokers acknowledged, by its coordinates. */
export interface AcknowledgedRecord {
  topic: string;
  partition: number;
  offset: number;
  expectation: Expectation;
}

/** A record whose send failed. It may be in the topic or not. If it is, its header `generated` holds this id. */
export interface UncertainRecord {
  topic: string;
  partition: number;
  id: string;
  expectation: Expectation;
}

/** The records that a generator sent, and what must happen to each of them. Read it after `stop()`. */
export interface Manifest {
  seed: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** When the load began at its full rate. Undefined before. The fleet sends trips and first readings before it. */
  loadStartedAt?: number;
  /** Undefined while the generator runs. */
  stoppedAt?: number;
  /** Acknowledged records per topic; `acknowledged` includes the `bad` ones. */
  topics: Record<string, { acknowledged: number; bad: number }>;
  /** How often the acknowledged records must raise each alert; every name that the generator knows is a key. */
  raised: Record<string, number>;
  /** Acknowledged bad records by cause; every cause that the generator knows is a key. */
  causes: Record<string, number>;
  uncertain: UncertainRecord[];
  /** The record at those coordinates, or undefined where none was acknowledged there. */
  at(topic: string, partition: number, offset: number): Expectation | undefined;
  /** Every acknowledged record, in order of topic, partition and offset. */
  acknowledged: () => Generator<AcknowledgedRecord>;
}
