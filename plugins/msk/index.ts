import { compileMappings, defineSchema } from './compile-mappings.ts';
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

  constructor(serverless: Serverless, _options: object, { log }: PluginTools) {
    defineSchema(serverless);
    const offline = new Offline(serverless, log);
    this.hooks = {
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
