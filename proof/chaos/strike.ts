import type { Server } from '#local/servers/server.ts';
import type { MappingStatus } from '#msk';
import type { Random } from '../load/random.ts';
import type { LogRecord } from '../world.ts';
import type { Planned } from './facts.ts';
import type { FunctionProcess } from './function-processes.ts';
import type { Proxies } from './proxy/proxies.ts';

/** What a strike hits. Two strikes on the same part don't overlap. */
export type Part =
  | 'brokers'
  | 'functions'
  | 'runner'
  | 'input'
  | 'dynamodb'
  | 's3'
  | 'postgres'
  | 'opensearch'
  | 'registry';

/** All that a strike may touch. */
export interface Target {
  brokers: number;
  /** "127.0.0.1:9092,…", past the proxies */
  kafka: string;
  /** A server of the run, by its name. @throws Error where the run has none of that name */
  server(name: string): Server;
  /** Says that a server may end from now on, since a strike ends it. */
  mayEnd(name: string): void;
  proxies: Proxies;
  /** the process that polls Kafka and invokes the functions */
  runner: number;
  /** the event source mappings */
  mappings(): readonly Pick<MappingStatus, 'function' | 'topic' | 'group'>[];
  /** Invokes a function with these records, beside the mapping that reads them. */
  invoke(functionName: string, records: readonly LogRecord[]): Promise<void>;
  /** Sets the share of bad records of a domain; undefined: the usual share. */
  setBad(domain: string, share: number | undefined): void;
  /** Sets how wrong the clock is that gives orders their times. */
  setSkew(ms: number): void;
  /** the processes that run functions, in order of their ids */
  functions(): Promise<FunctionProcess[]>;
  say(line: string): void;
}

/** A kind of failure. To add one, add a row to a table in strikes/. */
export interface Strike {
  /** what happens, for the report and the docs */
  what: string;
  part: Part | ((args: Planned['with']) => Part);
  /** seconds that it lasts: the least and the most */
  lasts: readonly [number, number];
  /** needs three brokers: a cluster of one would be gone */
  threeBrokers?: true;
  /** not more often in a run than this; as often as it is drawn by default */
  most?: number;
  /** Draws what exactly is hit. */
  draw?(random: Random, brokers: number): Planned['with'];
  /** Begins the failure, and ends it. Resolves when the part works again. */
  run(target: Target, planned: Planned): Promise<void>;
}
