/** A resource of a compiled CloudFormation template, intrinsic functions not yet resolved. */
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
 * What `Ref` and `Fn::GetAtt` give for each logical id. An attribute of an attribute keeps its dot.
 *
 * @example { MskCluster: { Ref: 'arn:aws:kafka:…', Arn: 'arn:aws:kafka:…' }, Database: { Ref: 'db', 'Endpoint.Port': 5432 } }
 */
export type References = Record<string, Record<string, unknown>>;

/** What the service's module has made of the compiled template. */
export interface Deployed {
  references: References;
  /** Event source ARN to the brokers' addresses, e.g. `127.0.0.1:9092,127.0.0.1:9093`. */
  bootstrapServers(eventSourceArn: string): string;
  /** Laid over every function's own environment: endpoints, dummy credentials. */
  environment: Record<string, string>;
  /**
   * Whether a function runs on these servers; all do where this is absent.
   * @param environment the function's own, intrinsic functions not yet resolved
   */
  runs?(environment: Readonly<Record<string, unknown>>): boolean;
}

/** A stack that runs already, for `serverless invoke local`. */
export interface Attached extends Deployed {
  /** Called when the function has returned or failed, with what it was given: to show what came of it. */
  invoked?(event: unknown, environment: Readonly<Record<string, string>>): Promise<void>;
}

/**
 * Runs a packaged function once.
 *
 * @param functionName its key in the service, or its logical id in the template
 * @throws InvocationError where it fails
 */
export type Invoke = (functionName: string, event: unknown) => Promise<unknown>;

/** The exports of the module that `custom.msk.offline` names. */
export interface OfflineService {
  /** Creates what the compiled template declares on local servers. Called once, after packaging. */
  deploy(template: CompiledTemplate): Promise<Deployed>;
  /**
   * What a deployment does before the first record comes, e.g. migrations: called once, before polling. `invoke` may be
   * used from then on until `stopping` has resolved, e.g. for schedules.
   */
  prepare?(invoke: Invoke): Promise<void>;
  /** Called once a second with the state of every mapping, from when they begin to poll until they have stopped. */
  status?(mappings: MappingStatus[]): void;
  /**
   * Called by `serverless invoke local` before anything else: the function then runs on that stack. Where this is
   * absent, that command is the framework's own.
   * @throws Error where no stack runs; its message is all that is printed
   */
  attach?(): Promise<Attached>;
  /** Called once, when the mappings begin to stop: the instances stay until it has resolved. */
  stopping?(): Promise<void>;
  /** Called once, when every mapping has left its group. */
  stopped?(): Promise<void> | void;
}

/** The state of one event source mapping. Counts are since its start. */
export interface MappingStatus {
  /** The function's key in the service. */
  function: string;
  topic: string;
  group: string;
  /** Partitions that this mapping now reads: 0 while it joins its group, or waits for its topic or brokers. */
  assigned: number;
  /** Invocations running now, and those that wait for their next attempt. */
  inFlight: number;
  metrics: MappingMetrics;
  /** The newest error of the function or the brokers, gone after the next success. */
  lastError?: string;
}

/**
 * Lambda's metrics of an event source mapping, under its names (AWS: "Types of metrics for Lambda functions", event
 * source mapping metrics). Counts of records (`…EventCount`) and of errors are since the start.
 */
export interface MappingMetrics {
  /** Records fetched. */
  PolledEventCount: number;
  /** Records that the mapping's FilterCriteria kept from the function. */
  FilteredOutEventCount: number;
  /** Records handed to the function, again with each retry. */
  InvokedEventCount: number;
  /** Records whose invocation failed, or that a partial response has to come again. */
  FailedInvokeEventCount: number;
  /** Records given up and sent to no destination. */
  DroppedEventCount: number;
  /** Records that the on-failure destination has taken. */
  OnFailureDestinationDeliveredEventCount: number;
  /** Records whose offsets are committed: those that succeeded, were filtered out, or were given up. */
  CommittedEventCount: number;
  /** Failures to join the group, to fetch, to ask for offsets. */
  PollingErrorCount: number;
  /** Invocations that threw, timed out, or reported failures. */
  InvokeErrorCount: number;
  OnFailureDestinationDeliveryErrorCount: number;
  CommitErrorCount: number;
  /** The largest end offset less committed offset of the topic's partitions; null until first known. */
  MaxOffsetLag: number | null;
  /** Sum over the topic's partitions of end offset less committed offset; null until first known. */
  SumOffsetLag: number | null;
  /** The lag at the topic's level, which Lambda gives of every mapping: that sum. */
  OffsetLag: number | null;
}
