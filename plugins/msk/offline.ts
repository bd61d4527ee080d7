import { Cluster } from './cluster.ts';
import type { CompiledTemplate, Deployed, OfflineService } from './contract.ts';
import { Functions } from './functions.ts';
import { variablesOf } from './lambda-function.ts';
import { type Mapping, mskMappings } from './mapping.ts';
import { Poller } from './poller.ts';
import type { PluginTools, Serverless } from './serverless.ts';
import { loadServiceModule } from './service-module.ts';

const statusMilliseconds = 1000;
const positionsMilliseconds = 2000;
/** Batches that are still in flight then are given up uncommitted, and come again at the next start. */
const drainMilliseconds = 10_000;

/** The service's compiled event source mappings, run on this machine. */
export class Offline {
  readonly #serverless: Serverless;
  readonly #log: PluginTools['log'];
  readonly #clusters = new Map<string, Cluster>();
  readonly #timers: NodeJS.Timeout[] = [];
  #pollers: Poller[] = [];
  #service: OfflineService | undefined;
  #functions: Functions | undefined;

  constructor(serverless: Serverless, log: PluginTools['log']) {
    this.#serverless = serverless;
    this.#log = log;
  }

  /** Packages the service, has its module deploy the template, and starts to poll. */
  async start(): Promise<void> {
    const service = await loadServiceModule(this.#serverless);
    await this.#serverless.pluginManager.spawn('package');
    const template = this.#serverless.service.provider.compiledCloudFormationTemplate;
    this.#service = service;
    const deployed = await service.deploy(template);
    this.#pollers = await this.#createPollers(template, deployed);
    for (const poller of this.#pollers) poller.start();
    this.#repeat(positionsMilliseconds, () => this.#refreshPositions());
    this.#repeat(statusMilliseconds, () => this.#reportStatus());
  }

  /** Finishes the batches in flight within a bound, leaves the groups, and tells the service's module. */
  async stop(): Promise<void> {
    await Promise.all(this.#pollers.map((poller) => poller.stop(drainMilliseconds)));
    for (const timer of this.#timers) clearInterval(timer);
    this.#reportStatus();
    await Promise.allSettled([...this.#clusters.values()].map((cluster) => cluster.disconnect()));
    await this.#functions?.cleanup();
    await this.#service?.stopped?.();
  }

  async #createPollers(template: CompiledTemplate, deployed: Deployed): Promise<Poller[]> {
    const region = this.#serverless.getProvider('aws').getRegion();
    const context = { template, references: deployed.references, pseudo: { 'AWS::Region': region } };
    const functions = new Functions(this.#serverless, context, deployed.environment);
    this.#functions = functions;
    await this.#service?.prepare?.(async (key, event) => (await functions.invoker(key)).invoke(event));
    const mappings = mskMappings(template, context, (line) => this.#log.warning(line));
    const pollers = mappings.map(async (mapping) => {
      const functionKey = functions.keyOf(mapping.functionLogicalId);
      const environment = variablesOf(template.Resources[mapping.functionLogicalId]);
      if (functionKey === undefined || deployed.runs?.(environment) === false) return [];
      const { invoke } = await functions.invoker(functionKey);
      const bootstrapServers = deployed.bootstrapServers(mapping.eventSourceArn);
      const cluster = this.#clusters.get(bootstrapServers) ?? new Cluster(bootstrapServers);
      this.#clusters.set(bootstrapServers, cluster);
      const log = (line: string) => this.#log.error(line);
      await this.#initialize(functionKey, await instancesOf(mapping, cluster));
      return [new Poller({ mapping, functionKey, cluster, invoke, log })];
    });
    return (await Promise.all(pollers)).flat();
  }

  /** Loads that many instances. One that fails is said now, and fails each of its batches, as on AWS. */
  async #initialize(functionKey: string, instances: number): Promise<void> {
    try {
      const invoker = await this.#functions?.invoker(functionKey);
      if (invoker) await Promise.all(Array.from({ length: instances }, () => invoker.initialize()));
    } catch (error) {
      this.#log.error(`${functionKey} can't be initialized: ${String(error)}`);
    }
  }

  #repeat(milliseconds: number, work: () => void): void {
    work();
    this.#timers.push(setInterval(work, milliseconds));
  }

  #reportStatus(): void {
    try {
      this.#service?.status?.(this.#pollers.map(({ status }) => status));
    } catch (error) {
      // E.g. the process that it tells is gone: no reason to break off the batches in flight.
      this.#log.warning(`the service's status function failed: ${String(error)}`);
    }
  }

  /** A failure shows as the pollers' own error. */
  #refreshPositions(): void {
    void Promise.allSettled(this.#pollers.map((poller) => poller.refreshPositions()));
  }
}

/**
 * Instances that a mapping needs from its first second on: one, or one for each partition where records don't wait for
 * a batch to be full. Without them the first records would wait for instances to start, all at once.
 */
async function instancesOf(mapping: Mapping, cluster: Cluster): Promise<number> {
  if (mapping.windowMilliseconds > 0) return 1;
  const positions = await cluster.positions(mapping).catch(() => undefined);
  return Math.max(1, positions?.size ?? 1);
}
