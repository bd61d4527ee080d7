/**
 * What the dashboard's server tells the page by server-sent events: the event's name is the key, its data is JSON.
 * `state` comes first and after each reconnect; the others are changes since then, each at most ten times a second.
 * What isn't known is null, never 0.
 */
export interface LiveEvents {
  state: State;
  flow: Flow;
  vehicles: VehicleChanges;
  alerts: { items: AlertItem[] };
  windows: { items: WindowItem[] };
  logins: Logins;
  deadLetters: DeadLetters;
  /** Only where the page asked for a topic: `GET /events?tail=TOPIC`. */
  tail: { topic: string; items: TailItem[] /** records that weren't sent, to stay within the rate */; left: number };
}

/** Everything that the page needs to draw itself. */
export interface State {
  /** `local`: a run on this machine. `stage`: a deployed stage, read by its API; nothing can be sent. */
  mode: 'local' | 'stage';
  stage: string;
  /** ms since the epoch, by the server's clock */
  now: number;
  graph: Graph;
  /** The topics that a record can be sent to, with samples; empty where nothing can be sent. */
  samples: Sample[];
  /** Whether dead letters can be redriven from the page. */
  canRedrive: boolean;
  flow: Flow;
  vehicles: VehicleChanges['changed'];
  alerts: AlertItem[];
  windows: WindowItem[];
  logins: Logins;
  deadLetters: DeadLetters;
}

/** The flow as the compiled template has it: sources and topics, functions, stores. */
export interface Graph {
  nodes: { id: string; kind: 'topic' | 'function' | 'store'; name: string /** "fleet" */; domain: string | null }[];
  edges: {
    from: string;
    to: string /** the mapping behind the edge from a topic to a function */;
    mapping: string | null;
  }[];
}

export interface Sample {
  topic: string;
  /** "an order of a product that isn't in the catalogue" */
  title: string;
  isBad: boolean;
  key: string | null;
  value: string;
}

export interface Flow {
  mappings: MappingFlow[];
  topics: { topic: string; perSecond: number | null; end: number | null }[];
  /** The servers of a local run, and `functions`, the process that runs them; of a stage only its `api`. */
  servers: { name: string; up: boolean | null /** ms since the epoch of the last change */; since: number | null }[];
}

export interface MappingFlow {
  /** function and topic: "processOrder orders" */
  id: string;
  function: string;
  topic: string;
  group: string;
  perSecond: number | null;
  /** records that wait */
  lag: number | null;
  /** seconds since the oldest waiting record was written; the slowest partition decides */
  lagSeconds: number | null;
  /** seconds until the lag is gone at the present pace; the slowest partition decides; null where it grows or isn't known */
  clearedIn: number | null;
  partitions: { partition: number; lag: number | null; lagSeconds: number | null; clearedIn: number | null }[];
  failing: boolean;
  /** "3 batches failed in a row: the store didn't answer" */
  problem: string | null;
}

export interface VehicleChanges {
  /** id, latitude, longitude, speed (km/h; null: not sent), the kind of the latest alert of the last minute, event time (ms), source */
  changed: [string, number, number, number | null, string | null, number, string][];
  removed: string[];
}

export interface AlertItem {
  source: string;
  kind: string;
  vehicle: string;
  /** ms since the epoch, event time */
  time: number;
  latitude: number | null;
  longitude: number | null;
  message: string;
}

export interface WindowItem {
  /** ms since the epoch */
  start: number;
  product: string;
  state: 'open' | 'closing' | 'closed' | 'corrected';
  orders: number;
  revenue: number;
  /** orders that came after the window had closed for them */
  late: number;
}

/** Counts of the records that were read, of a stage those of the last 24 hours; no personal field. */
export interface Logins {
  deviceType: Record<string, number>;
  appVersion: Record<string, number>;
  locale: Record<string, number>;
}

export interface DeadLetters {
  /** by code, as "invalid-record" */
  byCause: Record<string, number>;
  /** the latest ones, newest first */
  items: DeadLetterItem[];
}

export interface DeadLetterItem {
  /** the dead letter's own place */
  topic: string;
  partition: number;
  offset: string;
  time: number;
  code: string;
  reason: string;
  function: string | null;
  /** where the record lay: "orders-0-17" */
  origin: string | null;
  headers: Record<string, string>;
}

export interface TailItem {
  partition: number;
  offset: string;
  time: number;
  key: string | null;
  /** as the page may show it: personal fields are masked */
  value: string;
  headers: Record<string, string>;
}

/** `GET /way?source=SOURCE`: one record's way, with ms since its first step. */
export interface Way {
  source: string;
  trace: string | null;
  steps: WayStep[];
  /** True once no further step is expected. */
  isComplete: boolean;
}

export interface WayStep {
  kind: 'topic' | 'function' | 'store';
  /** "processed-data-topic-2-1041", "processTelemetry", "DynamoDB vehicles" */
  name: string;
  /** ms since the epoch; null where the store doesn't tell */
  from: number | null;
  to: number | null;
  /** the step that this one follows; null for the first */
  parent: number | null;
  detail: string;
  state: 'done' | 'missing' | 'dead letter';
}

/** `GET /record?topic=T&partition=P&offset=O[&reveal=1]`; `reveal` shows personal fields too. */
export interface StoredRecord extends TailItem {
  topic: string;
}

/** `POST /send` with `{topic, key, value}`, local only. */
export interface Sent {
  source: string;
}

/** `POST /redrive/plan` with `{topic, code?}`: a dry run. `GET /redrive`: the latest one; null before the first. */
export interface Redrive {
  id: string;
  /** the dead-letter topic */
  topic: string;
  /** what is sent: records by topic, function and cause */
  groups: { topic: string; function: string; code: string; records: number }[];
  /** how many records the plan has */
  total: number;
  /** dead letters that are left out, because their records have a later one */
  superseded: number;
  /** `POST /redrive/run` with `{id}` begins it, `POST /redrive/stop` ends it: then it can be run on. */
  state: 'planned' | 'running' | 'stopped' | 'done' | 'failed';
  sent: number;
  /** what isn't sent, by reason, with the first dead letters of each */
  refused: { why: string; records: number; letters: string[] }[];
  /** why it failed */
  problem: string | null;
}

/** Every error of the server: the status says which kind. */
export interface Problem {
  error: string;
  parameter?: string;
}
