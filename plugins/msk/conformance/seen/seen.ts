import type { MskEvent } from '../../polling/event.ts';

/** A record of an event, as the function got it. */
export interface SeenRecord {
  topic: string;
  partition: number;
  offset: number;
  timestamp: number;
  timestampType: string;
  /** Base64. Undefined if the record has no property `key`. */
  key?: string | null;
  /** The value as text. Null for a tombstone. Only the beginning of a long one. */
  text: string | null;
  /** Base64 of a short value. */
  value?: string;
  headers: Record<string, number[]>[];
}

/** What one invocation got, and how it ended. */
export interface Invocation {
  id: string;
  /** ms since the epoch */
  begin: number;
  /** Undefined if the function's process ended first. */
  end?: number;
  outcome?: 'returned' | 'threw';
  /** What the function returned. */
  answer?: unknown;
  source: string;
  arn: string;
  brokers: string;
  /** The keys of `records`, e.g. "orders-0". */
  groups: string[];
  /** Bytes of the event as JSON. */
  bytes: number;
  records: SeenRecord[];
}

/** The offsets that a group has committed, by partition. -1 if there is none. */
export interface Sample {
  /** ms since the epoch */
  at: number;
  offsets: Record<number, number>;
}

/** A message of an on-failure topic. */
export interface DeadLetter {
  key: string | null;
  value: string;
}

/** Everything that was seen of one mapping. */
export interface Seen {
  topic: string;
  /** In the order of their begin. */
  invocations: Invocation[];
  /** In the order of time. */
  committed: Sample[];
  dead: DeadLetter[];
}

/** Longer values are cut: a log's line has a limit. */
const LONGEST = 40;

/** Describes an event. Each record's value is shortened. */
export function describe(event: MskEvent): Omit<Invocation, 'id' | 'begin'> {
  return {
    source: event.eventSource,
    arn: event.eventSourceArn,
    brokers: event.bootstrapServers,
    groups: Object.keys(event.records),
    bytes: Buffer.byteLength(JSON.stringify(event)),
    records: Object.values(event.records)
      .flat()
      .map(({ value, ...record }) => ({
        ...record,
        text:
          value === null
            ? null
            : Buffer.from(value.slice(0, 2 * LONGEST), 'base64')
                .toString()
                .slice(0, LONGEST),
        ...(value !== null && value.length <= LONGEST && { value }),
      })),
  };
}

/** The records of all invocations, in order. */
export function delivered({ invocations }: Seen): SeenRecord[] {
  return invocations.flatMap(({ records }) => records);
}

/** Whether an invocation has returned. */
export function returned({ outcome }: Invocation): boolean {
  return outcome === 'returned';
}
