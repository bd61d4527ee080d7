import { InvokeLocal, type InvokeOptions } from './invoke-local.ts';
import { Offline } from './offline.ts';
import { compileMappings, defineSchema } from './package/compile-mappings.ts';
import { grantMappings } from './package/grants.ts';
import type { PluginTools, Serverless } from './serverless.ts';
import { stopRequest } from './stop-request.ts';

export { Cluster } from './consumer/cluster.ts';
export type { KafkaRecord } from './consumer/record.ts';
export { TopicReader } from './consumer/topic-reader.ts';
export type {
  Attached,
  CompiledTemplate,
  Deployed,
  Invoke,
  MappingMetrics,
  MappingStatus,
  OfflineService,
  References,
  TemplateResource,
} from './contract.ts';
export { type MskEvent, mskEvent } from './polling/event.ts';
export { unpack } from './runtime/unpack.ts';
export { holds, resolve, type TemplateContext } from './template/template.ts';

/** How long the framework may take to report an error. */
const reportMilliseconds = 500;

/** The Serverless plugin; the framework wants it as the default export. */
export default class ServerlessOfflineMsk {
  readonly commands = {
    msk: {
      usage: 'Amazon MSK event source mappings on this machine',
      commands: {
        start: {
          usage: 'Package the service and run its functions on records of a local Kafka',
          lifecycleEvents: ['start'],
        },
      },
    },
  };
  readonly hooks: Record<string, () => Promise<void>>;
  /** The framework awaits it when all plugins are there. */
  readonly asyncInit: () => Promise<void>;

  constructor(serverless: Serverless, options: InvokeOptions, { log }: PluginTools) {
    defineSchema(serverless);
    const offline = new Offline(serverless, log);
    const invokeLocal = new InvokeLocal(serverless, options);
    /** One line in place of the framework's report of an error. */
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
      initialize: () => orExit(() => invokeLocal.equip()),
      'before:invoke:local:invoke': async () => invokeLocal.address(),
      'after:invoke:local:invoke': () => invokeLocal.invoked(),
      finalize: async () => {
        // The function keeps its connections, as in Lambda, where its instance is frozen between invocations.
        if (invokeLocal.attached) process.exit();
      },
      'after:package:compileEvents': async () => compileMappings(serverless),
      // When every role is there: those of serverless-iam-roles-per-function, and of the service's resources.
      'after:aws:package:finalize:mergeCustomProviderResources': async () => grantMappings(serverless, log),
      'msk:start:start': async () => {
        const stop = stopRequest();
        try {
          await Promise.race([offline.start(), stop]);
          await stop;
        } catch (error) {
          // The framework reports it. Then what a failed build leaves running, esbuild's service, must not hold us.
          setTimeout(() => process.exit(), reportMilliseconds);
          throw error;
        } finally {
          await offline.stop();
        }
        // What was under way when it was stopped must not hold us: a start, or brokers that don't answer.
        process.exit(0);
      },
      'offline:start:init': () => offline.start(),
      'offline:start:end': () => offline.stop(),
    };
  }
}
