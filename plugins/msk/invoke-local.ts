import type { Attached } from './contract.ts';
import type { Serverless } from './serverless.ts';
import { loadServiceModule } from './service-module.ts';
import { resolve } from './template/template.ts';

/** The options of `serverless invoke local`. The framework puts the parsed event into `data`. */
export interface InvokeOptions {
  function?: string;
  data?: unknown;
}

/** Runs `serverless invoke local` on the running local stack, if the service's module has an `attach`. */
export class InvokeLocal {
  readonly #serverless: Serverless;
  readonly #options: InvokeOptions;
  #attached: Attached | undefined;
  #environment: Record<string, string> = {};

  constructor(serverless: Serverless, options: InvokeOptions) {
    this.#serverless = serverless;
    this.#options = options;
  }

  /** Whether this command runs on a local stack. */
  get attached(): boolean {
    return this.#attached !== undefined;
  }

  /** Finds the stack. This is the first step, so that an error appears before the framework bundles the service. */
  async attach(): Promise<void> {
    const { commands, isHelpRequest } = this.#serverless.processedInput;
    if (commands.join(' ') !== 'invoke local' || isHelpRequest) return;
    if (this.#serverless.service.custom?.msk?.offline === undefined) return;
    const module = await loadServiceModule(this.#serverless);
    this.#attached = await module.attach?.();
  }

  /** Sets the function's environment, so that the framework doesn't look up its references on AWS. */
  setEnvironment(): void {
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
    // The framework looks for credentials in these variables. It must not find those of a real account.
    Object.assign(process.env, environment);
  }

  /** Puts the running brokers into an MSK event. Doesn't change other events. */
  setBrokers(): void {
    const event = this.#options.data;
    if (this.#attached === undefined || !isMskEvent(event)) return;
    this.#options.data = { ...event, bootstrapServers: this.#attached.bootstrapServers(event.eventSourceArn) };
  }

  /** Notifies the service's module that the function has returned or failed. */
  async invoked(): Promise<void> {
    await this.#attached?.invoked?.(this.#options.data, this.#environment);
  }
}

function isMskEvent(event: unknown): event is { eventSourceArn: string } {
  return event !== null && typeof event === 'object' && 'eventSource' in event && event.eventSource === 'aws:kafka';
}
