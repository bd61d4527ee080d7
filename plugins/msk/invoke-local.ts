import type { Attached } from './contract.ts';
import type { Serverless } from './serverless.ts';
import { loadServiceModule } from './service-module.ts';
import { resolve } from './template/template.ts';

/** The command line of `serverless invoke local`; the framework puts the parsed event into `data`. */
export interface InvokeOptions {
  function?: string;
  data?: unknown;
}

/** `serverless invoke local` on the stack that runs on this machine, where the service's module knows of one. */
export class InvokeLocal {
  readonly #serverless: Serverless;
  readonly #options: InvokeOptions;
  #attached: Attached | undefined;
  #environment: Record<string, string> = {};

  constructor(serverless: Serverless, options: InvokeOptions) {
    this.#serverless = serverless;
    this.#options = options;
  }

  /** Whether this is that command, on a stack. */
  get attached(): boolean {
    return this.#attached !== undefined;
  }

  /** Asks for the stack. First of all: a command that can't work says so before it resolves, checks and bundles. */
  async attach(): Promise<void> {
    const { commands, isHelpRequest } = this.#serverless.processedInput;
    if (commands.join(' ') !== 'invoke local' || isHelpRequest) return;
    if (this.#serverless.service.custom?.msk?.offline === undefined) return;
    const module = await loadServiceModule(this.#serverless);
    this.#attached = await module.attach?.();
  }

  /** Gives the function its environment, before the framework asks AWS for what it refers to. */
  equip(): void {
    const { service } = this.#serverless;
    const { function: key = '' } = this.#options;
    if (this.#attached === undefined || !service.getAllFunctions().includes(key)) return;
    const { references, environment } = this.#attached;
    const definition = service.getFunction(key);
    const own = { ...service.provider.environment, ...definition.environment };
    if (this.#attached.runs?.(own) === false)
      throw new Error(`${key} needs a server that the running stack does not have`);
    const region = this.#serverless.getProvider('aws').getRegion();
    const context = { template: service.resources ?? {}, references, pseudo: { 'AWS::Region': region } };
    this.#environment = { ...(resolve(own, context) as Record<string, string>), ...environment };
    definition.environment = this.#environment;
    // By these the framework looks for credentials itself: it must find none that an account has.
    Object.assign(process.env, environment);
  }

  /** Gives an MSK event the running brokers; another event stays as it is. */
  address(): void {
    const event = this.#options.data;
    if (this.#attached === undefined || !isMskEvent(event)) return;
    this.#options.data = { ...event, bootstrapServers: this.#attached.bootstrapServers(event.eventSourceArn) };
  }

  /** Tells the service's module that the function has returned, or failed. */
  async invoked(): Promise<void> {
    await this.#attached?.invoked?.(this.#options.data, this.#environment);
  }
}

function isMskEvent(event: unknown): event is { eventSourceArn: string } {
  return event !== null && typeof event === 'object' && 'eventSource' in event && event.eventSource === 'aws:kafka';
}
