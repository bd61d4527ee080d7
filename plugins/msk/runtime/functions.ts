import { join, resolve } from 'node:path';
import type { CompiledTemplate } from '../contract.ts';
import type { Serverless } from '../serverless.ts';
import type { TemplateContext } from '../template/template.ts';
import { createInvoker, type Invoker } from './invoker.ts';
import { lambdaFunction } from './lambda-function.ts';
import { unpack } from './unpack.ts';

/** The service's packaged functions. Each one is unpacked on first use. */
export class Functions {
  readonly #serverless: Serverless;
  readonly #context: TemplateContext & { template: CompiledTemplate };
  readonly #environment: Record<string, string>;
  readonly #invokers = new Map<string, Promise<Invoker>>();
  readonly #directory: string;
  readonly #patient: ReadonlySet<string>;
  #closed = false;

  /**
   * @param environment variables that override those of every function
   * @param directory the folder for the unpacked packages
   * @param patient logical ids of the functions that may run slower than others while the machine is busy
   */
  constructor(
    serverless: Serverless,
    context: TemplateContext & { template: CompiledTemplate },
    environment: Record<string, string>,
    directory: string,
    patient: ReadonlySet<string>,
  ) {
    this.#serverless = serverless;
    this.#context = context;
    this.#environment = environment;
    this.#directory = directory;
    this.#patient = patient;
  }

  /** The service's key for a function of the template. Undefined if the service has no such function. */
  keyOf(logicalId: string): string | undefined {
    const { naming } = this.#serverless.getProvider('aws');
    return this.#serverless.service.getAllFunctions().find((key) => naming.getLambdaLogicalId(key) === logicalId);
  }

  /** @throws Error if the service has no such function, or its package can't be unpacked. The next call tries again. */
  invoker(key: string): Promise<Invoker> {
    const known = this.#invokers.get(key);
    if (known) return known;
    const made = this.#create(key);
    this.#invokers.set(key, made);
    made.catch(() => this.#invokers.delete(key));
    return made;
  }

  /** Ends all instances, and prevents new ones. */
  async cleanup(): Promise<void> {
    this.#closed = true;
    const invokers = await Promise.allSettled(this.#invokers.values());
    await Promise.allSettled(invokers.flatMap((each) => (each.status === 'fulfilled' ? [each.value.cleanup()] : [])));
  }

  async #create(key: string): Promise<Invoker> {
    if (this.#closed) throw new Error(`function ${key} can't run: the service is stopped`);
    const { service, serviceDir } = this.#serverless;
    const provider = this.#serverless.getProvider('aws');
    const logicalId = provider.naming.getLambdaLogicalId(key);
    const resource = this.#context.template.Resources[logicalId];
    if (!resource) throw new Error(`the service has no function ${key}`);
    const artifact = service.getFunction(key).package?.artifact ?? service.package?.artifact;
    if (artifact === undefined) throw new Error(`packaging created no artifact for function ${key}`);
    const directory = join(this.#directory, key);
    await unpack(resolve(serviceDir, artifact), directory);
    const patient = this.#patient.has(logicalId);
    const source = { key, resource, directory, environment: this.#environment, patient };
    return createInvoker(lambdaFunction(source, this.#context), provider.getRegion());
  }
}
