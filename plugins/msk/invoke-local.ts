import type { Attached } from './contract.ts';
import type { Serverless } from './serverless.ts';
import { loadServiceModule } from './service-module.ts';
import { resolve } from './template.ts';

/** What the command line of `serverless invoke local` says; the framework puts the parsed event into `data`. */
export interface InvokeOptions {
  function?: string;
  data?: unknown;
}

/** `serverless invoke local` on the stack that runs on this machine, where the service's module knows of one. */
export class InvokeLocal {
  readonly #serverless: Serverless;
  readonly #options: InvokeOptions;
  #attached: Attached | undefined;

  constructor(serverless: Serverless, options: InvokeOptions) {
    this.#serverless = serverless;
    this.#options = options;
  }

  get attached(): boolean {
    return this.#attached !== undefined;
  }

  /**
   * Gives the function its environment. Before all else: the framework asks AWS for what a variable refers to, and a
   * command that can't work must not bundle first.
   * @throws what the service's `attach` throws
   */
  async attach(): Promise<void> {
    const { processedInput, service } = this.#serverless;
    const key = this.#options.function ?? '';
    const isInvokeLocal = processedInput.commands.join(' ') === 'invoke local';
    if (!isInvokeLocal || !service.custom?.msk?.offline || !service.getAllFunctions().includes(key)) return;
    const definition = service.getFunction(key);
    const own = { ...service.provider.environment, ...definition.environment };
    const { attach } = await loadServiceModule(this.#serverless);
    this.#attached = await attach?.(key, own);
    if (this.#attached === undefined) return;
    const { references, environment } = this.#attached;
    const region = this.#serverless.getProvider('aws').getRegion();
    const context = { template: service.resources ?? {}, references, pseudo: { 'AWS::Region': region } };
    definition.environment = { ...(resolve(own, context) as object), ...environment };
    // The framework looks for credentials by these too: it must find none that an account has.
    Object.assign(process.env, environment);
  }

  /** Gives an MSK event the running brokers; another event stays as it is. */
  address(): void {
    const event = this.#options.data;
    if (this.#attached === undefined || !isMskEvent(event)) return;
    this.#options.data = { ...event, bootstrapServers: this.#attached.bootstrapServers(event.eventSourceArn) };
  }

  /** The function has returned, or failed. */
  async invoked(): Promise<void> {
    await this.#attached?.invoked?.(this.#options.data);
  }
}

function isMskEvent(event: unknown): event is { eventSourceArn: string } {
  return event !== null && typeof event === 'object' && 'eventSource' in event && event.eventSource === 'aws:kafka';
}
