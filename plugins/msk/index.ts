import { compileMappings, defineSchema } from './compile-mappings.ts';
import { InvokeLocal, type InvokeOptions } from './invoke-local.ts';
import { silenceRunner } from './invoker.ts';
import { Offline } from './offline.ts';
import type { PluginTools, Serverless } from './serverless.ts';
import { stopRequest } from './stop-request.ts';

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

  constructor(serverless: Serverless, options: InvokeOptions, { log }: PluginTools) {
    defineSchema(serverless);
    const offline = new Offline(serverless, log);
    const invokeLocal = new InvokeLocal(serverless, options);
    this.hooks = {
      initialize: () =>
        invokeLocal.attach().catch((error: Error) => {
          log.error(error.message);
          process.exit(1);
        }),
      'before:invoke:local:invoke': async () => invokeLocal.address(),
      'after:invoke:local:invoke': () => invokeLocal.invoked(),
      finalize: async () => {
        // The function keeps its connections, as in Lambda, where its instance is frozen between invocations.
        if (invokeLocal.attached) process.exit();
      },
      'after:package:compileEvents': async () => compileMappings(serverless),
      'msk:start:start': async () => {
        const stop = stopRequest();
        silenceRunner();
        try {
          await offline.start();
          await stop;
        } finally {
          await offline.stop();
        }
        // The functions' instances leave timers behind that run until their timeouts.
        process.exit(0);
      },
      'offline:start:init': () => offline.start(),
      'offline:start:end': () => offline.stop(),
    };
  }
}
