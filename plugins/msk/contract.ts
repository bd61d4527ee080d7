import type { KafkaLogin } from './consumer/login.ts';

/** A resource of a compiled CloudFormation template. Its intrinsic functions are not resolved yet. */
export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string | string[];
  Condition?: string;
  DeletionPolicy?: string;
}

/** The CloudFormation template that `serverless package` compiles. */
export interface CompiledTemplate {
  Description?: string;
  Parameters?: Record<string, { Type: string; Default?: unknown }>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Conditions?: Record<string, unknown>;
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, { Value: unknown }>;
}

/**
 * The values of `Ref` and `Fn::GetAtt` for each logical id. A nested attribute is one key with a dot.
 *
 * @example { MskCluster: { Ref: 'arn:aws:kafka:…', Arn: 'arn:aws:kafka:…' }, Db: { Ref: 'db', 'Endpoint.Port': 5432 } }
 */
export type References = Record<string, Record<string, unknown>>;

/** The result of deploying the compiled template on local servers. */
export interface Deployed {
  references: References;
  /** The brokers' addresses for an event source ARN, e.g. `127.0.0.1:9092,127.0.0.1:9093`. */
  bootstrapServers(eventSourceArn: string): string;
  /**
   * The user that a function's mappings are, on brokers that ask for a password. If this is absent, they log in as the
   * address of the brokers says (`?login=FILE`), or not at all.
   */
  login?(functionLogicalId: string): KafkaLogin | undefined;
  /** Variables that override those of every function, e.g. endpoints and dummy credentials. */
  environment: Record<string, string>;
  /**
   * Whether a function can run on these servers. If this is absent, all functions run.
   * @param environment the function's variables. Their intrinsic functions are not resolved yet.
   */
  runs?(environment: Readonly<Record<string, unknown>>): boolean;
}

/** A running stack, for `serverless invoke local`. */
export interface Attached extends Deployed {
  /** Called with the function's event and environment when it has returned or failed, e.g. to show the result. */
  invoked?(event: unknown, environment: Readonly<Record<string, string>>): Promise<void>;
}

/**
 * Runs a packaged function once.
 *
 * @param functionName the function's key in the service, or its logical id in the template
 * @throws InvocationError if the function fails
 */
export type Invoke = (functionName: string, event: unknown) => Promise<unknown>;

/** The exports of the module that `custom.msk.offline` names. */
export interface OfflineService {
  /** Creates the resources of the compiled template on local servers. Called once, after packaging. */
  deploy(template: CompiledTemplate): Promise<Deployed>;
  /**
   * Called once, before polling begins, e.g. to run migrations. `invoke` works from then on until `stopping` has
   * resolved, e.g. for schedules.
   */
  prepare?(invoke: Invoke): Promise<void>;
  /** Called once, when polling begins: each mapping can then be switched off and on. */
  mappings?(mappings: readonly MappingSwitch[]): void;
  /**
   * Called once a second with the state of every mapping, from the start of polling until all mappings have stopped, and
   * once more as soon as each of them has partitions.
   */
  status?(mappings: MappingStatus[]): void;
  /**
   * Called first by `serverless invoke local`. The function then runs on that stack. If this is absent, the plugin
   * doesn't change the command.
   * @throws Error if no stack runs. The command then prints only its message.
   */
  attach?(): Promise<Attached>;
  /** Called once, when the mappings begin to stop. The instances run until it has resolved. */
  stopping?(): Promise<void>;
  /** Called once, when every mapping has left its group. */
  stopped?(): Promise<void> | void;
}

/** Lambda's states of an event source mapping (AWS: EventSourceMappingConfiguration, State). */
export type MappingState = 'Enabling' | 'Enabled' | 'Disabling' | 'Disabled';

/** An event source mapping that can be switched off and on, as with Lambda's UpdateEventSourceMapping. */
export interface MappingSwitch {
  readonly mapping: {
    readonly logicalId: string;
    readonly functionArn: string;
    readonly eventSourceArn: string;
    readonly batchSize: number;
    readonly windowMilliseconds: number;
  };
  readonly status: MappingStatus;
  /** When it was last switched. */
  readonly modified: Date;
  /**
   * Off: the batches in flight end and are committed, and no other begins. On: it continues at the committed offsets.
   * @returns false, and does nothing, while an earlier switch isn't complete
   */
  switch(on: boolean): boolean;
}

/** The state of one event source mapping. */
export interface MappingStatus {
  /** The function's key in the service. */
  function: string;
  topic: string;
  group: string;
  state: MappingState;
  /** Number of assigned partitions. 0 while the mapping joins its group, or waits for its topic or brokers. */
  assigned: number;
  /** Number of running invocations, and of those that wait for their next attempt. */
  inFlight: number;
  metrics: MappingMetrics;
  /** The partitions with a known position. */
  partitions: PartitionStatus[];
  /** Seconds that each successful or failed invocation took. */
  durations: Distribution;
  /** Seconds from the timestamp of a batch's oldest record to the end of its successful invocation. */
  ages: Distribution;
  /** The latest error of the function or the brokers. Absent again after the next success. */
  lastError?: string;
}

/** The position of a mapping in one partition. */
export interface PartitionStatus {
  partition: number;
  committed: number;
  /** The offset of the next record that a producer writes. */
  end: number;
  /** Timestamp (ms since the epoch) of the oldest record that is fetched and not done. Null if there is none. */
  oldest: number | null;
}

/** How many values are in each range of `bounds` (polling/distribution.ts), and their sum. */
export interface Distribution {
  counts: number[];
  sum: number;
}

/**
 * Lambda's metrics of an event source mapping, with Lambda's names (AWS: "Types of metrics for Lambda functions", event
 * source mapping metrics). Counts begin at the mapping's start.
 */
export interface MappingMetrics {
  /** Records fetched. */
  PolledEventCount: number;
  /** Records that the mapping's FilterCriteria excluded. */
  FilteredOutEventCount: number;
  /** Records handed to the function. A retry counts again. */
  InvokedEventCount: number;
  /** Records of failed invocations, and records that a partial response hands back. */
  FailedInvokeEventCount: number;
  /** Records discarded without a destination. */
  DroppedEventCount: number;
  /** Records delivered to the on-failure destination. */
  OnFailureDestinationDeliveredEventCount: number;
  /** Records with committed offsets: processed, filtered out, or discarded. */
  CommittedEventCount: number;
  /** Failures to join the group, to fetch, and to look up offsets. */
  PollingErrorCount: number;
  /** Invocations that threw, timed out, or reported failures. */
  InvokeErrorCount: number;
  OnFailureDestinationDeliveryErrorCount: number;
  CommitErrorCount: number;
  /** The largest lag of a partition: end offset minus committed offset. Null until it is known. */
  MaxOffsetLag: number | null;
  /** The sum of the partitions' lags. Null until it is known. */
  SumOffsetLag: number | null;
  /** Lambda's lag of the topic: the same sum. */
  OffsetLag: number | null;
}
