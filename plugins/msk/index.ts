import { InvokeLocal, type InvokeOptions } from './invoke-local.ts';
import { Offline } from './offline.ts';
import { compileMappings, defineSchema } from './package/compile-mappings.ts';
import { grantMappings } from './package/grants.ts';
import type { PluginTools, Serverless } from './serverless.ts';
import { stopRequest } from './stop-request.ts';

export { Cluster } from './consumer/cluster.ts';
export { isConnectionError } from './consumer/fetch.ts';
export { committedRecords } from './consumer/fetched.ts';
export { addressWithLogin, type KafkaLogin, readAddress } from './consumer/login.ts';
export type { KafkaRecord } from './consumer/record.ts';
export { TopicReader } from './consumer/topic-reader.ts';
export type {
  Attached,
  CompiledTemplate,
  Deployed,
  Distribution,
  Invoke,
  MappingMetrics,
  MappingState,
  MappingStatus,
  MappingSwitch,
  OfflineService,
  PartitionStatus,
  References,
  TemplateResource,
} from './contract.ts';
export { type MetricsEndpoint, serveMetrics } from './metrics/endpoint.ts';
export { gauge, type MetricFamily, prometheusText, type Sample } from './metrics/family.ts';
export { mappingFamilies } from './metrics/mapping-families.ts';
export { type KafkaStatement, kafkaStatements } from './package/kafka-statements.ts';
export { type MskEvent, mskEvent } from './polling/event.ts';
export { unpack } from './runtime/unpack.ts';
export { mskMappings } from './template/mapping.ts';
export { holds, resolve, type TemplateContext } from './template/template.ts';

/** Time for the framework to report an error. */
const reportMilliseconds = 500;

/** The Serverless plugin. The framework requires a default export. */
export default class ServerlessOfflineMsk {
  readonly commands = {
    msk: {
      usage: 'Run Amazon MSK event source mappings on this machine',
      commands: {
        start: {
          usage: 'Package the service and run its functions on the records of a local Kafka',
          lifecycleEvents: ['start'],
        },
      },
    },
  };
  readonly hooks: Record<string, () => Promise<void>>;
  /** The framework awaits it when all plugins are loaded. */
  readonly asyncInit: () => Promise<void>;

  constructor(serverless: Serverless, options: InvokeOptions, { log }: PluginTools) {
    defineSchema(serverless);
    const offline = new Offline(serverless, log);
    const invokeLocal = new InvokeLocal(serverless, options);
    /** Prints an error as one line, instead of the framework's report. */
    const orExit = async (work: () => Promise<void> | void) => {
      try {
        await work();
      } catch (error) {
        log.error((error as Error).message);
        process.exit(1);
      }
    };
    this.asyncInit = () => orExit(() => invokeLocal.attach());
    this.hooks = {
      initialize: () => orExit(() => invokeLocal.setEnvironment()),
      'before:invoke:local:invoke': async () => invokeLocal.setBrokers(),
      'after:invoke:local:invoke': () => invokeLocal.invoked(),
      finalize: async () => {
        // The function keeps its connections open, as in Lambda, so the process would not end by itself.
        if (invokeLocal.attached) process.exit();
      },
      'after:package:compileEvents': async () => compileMappings(serverless),
      // By then, all roles exist: those of serverless-iam-roles-per-function, and those in the service's resources.
      'after:aws:package:finalize:mergeCustomProviderResources': async () => grantMappings(serverless, log),
      'msk:start:start': async () => {
        const stop = stopRequest();
        try {
          await Promise.race([offline.start(), stop]);
          await stop;
        } catch (error) {
          // The framework reports the error. After a failed build, esbuild's service would keep this process running.
          setTimeout(() => process.exit(), reportMilliseconds);
          throw error;
        } finally {
          await offline.stop();
        }
        // An interrupted start, or brokers that don't answer, would keep this process running.
        process.exit(0);
      },
      'offline:start:init': () => offline.start(),
      'offline:start:end': () => offline.stop(),
    };
  }
}
