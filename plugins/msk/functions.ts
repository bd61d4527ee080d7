import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CompiledTemplate } from './contract.ts';
import { createInvoker, type Invoker } from './invoker.ts';
import { lambdaFunction } from './lambda-function.ts';
import type { Serverless } from './serverless.ts';
import type { TemplateContext } from './template.ts';
import { unpack } from './unpack.ts';

/** The service's packaged functions, each unpacked and made ready when it is first asked for. */
export class Functions {
  readonly #serverless: Serverless;
  readonly #context: TemplateContext & { template: CompiledTemplate };
  readonly #environment: Record<string, string>;
  readonly #invokers = new Map<string, Promise<Invoker>>();
  #directory: Promise<string> | undefined;

  /** @param environment laid over every function's own */
  constructor(
    serverless: Serverless,
    context: TemplateContext & { template: CompiledTemplate },
    environment: Record<string, string>,
  ) {
    this.#serverless = serverless;
    this.#context = context;
    this.#environment = environment;
  }

  /** The key in the service of a function of the template; undefined where the service has none such. */
  keyOf(logicalId: string): string | undefined {
    const { naming } = this.#serverless.getProvider('aws');
    return this.#serverless.service.getAllFunctions().find((key) => naming.getLambdaLogicalId(key) === logicalId);
  }

  /** @throws Error where the service has no such function, or its package can't be unpacked */
  invoker(key: string): Promise<Invoker> {
    const invoker = this.#invokers.get(key) ?? this.#create(key);
    this.#invokers.set(key, invoker);
    return invoker;
  }

  /** Ends all instances and removes what was unpacked. */
  async cleanup(): Promise<void> {
    const invokers = await Promise.allSettled(this.#invokers.values());
    await Promise.allSettled(invokers.flatMap((each) => (each.status === 'fulfilled' ? [each.value.cleanup()] : [])));
    if (this.#directory) await rm(await this.#directory, { recursive: true, force: true });
  }

  async #create(key: string): Promise<Invoker> {
    const { service, serviceDir } = this.#serverless;
    const provider = this.#serverless.getProvider('aws');
    const resource = this.#context.template.Resources[provider.naming.getLambdaLogicalId(key)];
    if (!resource) throw new Error(`the service has no function ${key}`);
    const artifact = service.getFunction(key).package?.artifact ?? service.package?.artifact;
    if (artifact === undefined) throw new Error(`packaging made no artifact for function ${key}`);
    this.#directory ??= mkdtemp(join(tmpdir(), 'serverless-offline-msk-'));
    const directory = join(await this.#directory, key);
    await unpack(resolve(serviceDir, artifact), directory);
    const source = { key, resource, directory, environment: this.#environment };
    return createInvoker(lambdaFunction(source, this.#context), service.service, provider.getRegion());
  }
}
