import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Cluster } from './consumer/cluster.ts';
import type { CompiledTemplate, Deployed, OfflineService } from './contract.ts';
import { type MetricsEndpoint, serveMetrics } from './metrics/endpoint.ts';
import { prometheusText } from './metrics/family.ts';
import { mappingFamilies } from './metrics/mapping-families.ts';
import { EventSourceMapping } from './polling/event-source-mapping.ts';
import { Functions } from './runtime/functions.ts';
import { variablesOf } from './runtime/lambda-function.ts';
import type { PluginTools, Serverless } from './serverless.ts';
import { loadServiceModule } from './service-module.ts';
import { type Mapping, mskMappings } from './template/mapping.ts';

const statusMilliseconds = 1000;
const positionsMilliseconds = 2000;
const endsMilliseconds = 300;
const joinedMilliseconds = 100;
/** Batches that are still in flight after this time stay uncommitted. The next start reads them again. */
const drainMilliseconds = 10_000;

/** Runs the service's compiled event source mappings on this machine. */
export class Offline {
  readonly #serverless: Serverless;
  readonly #log: PluginTools['log'];
  readonly #clusters = new Map<string, Cluster>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #stopping = new AbortController();
  #mappings: EventSourceMapping[] = [];
  #service: OfflineService | undefined;
  #functions: Functions | undefined;
  #metrics: MetricsEndpoint | undefined;

  constructor(serverless: Serverless, log: PluginTools['log']) {
    this.#serverless = serverless;
    this.#log = log;
  }

  /**
   * Packages the service, deploys the template with the service's module, and starts to poll.
   *
   * @throws Error if a step fails, or if `stop` is called before the end
   */
  async start(): Promise<void> {
    const { signal } = this.#stopping;
    const service = await loadServiceModule(this.#serverless);
    const directory = this.#makeTemporary();
    await this.#serverless.pluginManager.spawn('package');
    freeMemory();
    signal.throwIfAborted();
    const template = this.#serverless.service.provider.compiledCloudFormationTemplate;
    this.#service = service;
    const deployed = await service.deploy(template);
    signal.throwIfAborted();
    const mappings = await this.#createMappings(template, deployed, directory);
    signal.throwIfAborted();
    this.#mappings = mappings;
    await this.#serveMetrics();
    for (const mapping of mappings) mapping.start();
    service.mappings?.(mappings);
    this.#repeat(positionsMilliseconds, () => this.#refreshPositions());
    this.#repeat(statusMilliseconds, () => void this.#refreshEndsAndReport());
    this.#reportWhenJoined();
  }

  /**
   * Finishes the batches in flight within a time limit, leaves the groups, and notifies the service's module. It also
   * interrupts a start.
   */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopped before it had started'));
    const steps: (() => unknown)[] = [
      () =>
        Promise.all([this.#service?.stopping?.(), ...this.#mappings.map((mapping) => mapping.stop(drainMilliseconds))]),
      () => this.#timers.splice(0).forEach(clearInterval),
      () => this.#reportStatus(),
      () => this.#metrics?.close(),
      () => Promise.allSettled([...this.#clusters.values()].map((cluster) => cluster.disconnect())),
      () => this.#functions?.cleanup(),
      () => this.#service?.stopped?.(),
      () => this.#removeTemporary(),
    ];
    const errors: unknown[] = [];
    // If a step fails, the others still clean up.
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  /** Creates one folder for all temporary files: of packaging, of the functions, and their unpacked packages. */
  #makeTemporary(): string {
    const usual = process.env['TMPDIR'];
    const directory = mkdtempSync(join(tmpdir(), 'serverless-offline-msk-'));
    process.env['TMPDIR'] = directory;
    this.#removeTemporary = () => {
      if (usual === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = usual;
      rmSync(directory, { recursive: true, force: true });
    };
    // Once more at the exit: an interrupted start may still have written files.
    process.once('exit', this.#removeTemporary);
    return directory;
  }

  #removeTemporary = () => {};

  async #createMappings(
    template: CompiledTemplate,
    deployed: Deployed,
    directory: string,
  ): Promise<EventSourceMapping[]> {
    const region = this.#serverless.getProvider('aws').getRegion();
    const context = { template, references: deployed.references, pseudo: { 'AWS::Region': region } };
    const mappings = mskMappings(template, context, (line) => this.#log.warning(line));
    const functions = new Functions(
      this.#serverless,
      context,
      deployed.environment,
      directory,
      patientFunctions(mappings),
    );
    this.#functions = functions;
    const prepared = this.#service?.prepare?.(async (name, event) => {
      const { invoke } = await functions.invoker(functions.keyOf(name) ?? name);
      return invoke(event);
    });
    const loads = new Map<string, Promise<void>>();
    const creating = mappings.map(async (mapping) => {
      const functionKey = functions.keyOf(mapping.functionLogicalId);
      const environment = variablesOf(template.Resources[mapping.functionLogicalId]);
      if (functionKey === undefined || deployed.runs?.(environment) === false) return [];
      const { invoke } = await functions.invoker(functionKey);
      const bootstrapServers = deployed.bootstrapServers(mapping.eventSourceArn);
      const login = deployed.login?.(mapping.functionLogicalId);
      const client = `${bootstrapServers} ${login?.username ?? ''}`;
      const cluster = this.#clusters.get(client) ?? new Cluster(bootstrapServers, login);
      this.#clusters.set(client, cluster);
      const log = (line: string) => this.#log.error(line);
      const load = loads.get(functionKey) ?? this.#initialize(functionKey);
      loads.set(functionKey, load);
      await load;
      return [
        new EventSourceMapping({ mapping, functionKey, cluster, invoke, environment: deployed.environment, log }),
      ];
    });
    // `prepare` may take a while. The functions are loaded at the same time.
    const [created] = await Promise.all([Promise.all(creating), prepared]);
    return created.flat();
  }

  /** Loads an instance of the function. If this fails, it is logged now, and each batch will fail, as on AWS. */
  async #initialize(functionKey: string): Promise<void> {
    try {
      await (await this.#functions?.invoker(functionKey))?.initialize();
    } catch (error) {
      this.#log.error(`${functionKey} can't be initialized: ${String(error)}`);
    }
  }

  async #serveMetrics(): Promise<void> {
    const port = this.#serverless.service.custom?.msk?.metricsPort;
    if (port === undefined) return;
    const text = () => prometheusText(mappingFamilies(this.#mappings.map(({ status }) => status)));
    this.#metrics = await serveMetrics({ port, option: 'custom.msk.metricsPort', text });
    this.#log.notice(`Lambda's event source mapping metrics: ${this.#metrics.url}`);
  }

  #repeat(milliseconds: number, work: () => void): void {
    work();
    this.#timers.push(setInterval(work, milliseconds));
  }

  /** Reports as soon as each mapping has partitions: the service's module may wait for that. */
  #reportWhenJoined(): void {
    const timer = setInterval(() => {
      if (!this.#mappings.every(({ status }) => status.assigned > 0)) return;
      clearInterval(timer);
      this.#reportStatus();
    }, joinedMilliseconds);
    this.#timers.push(timer);
  }

  async #refreshEndsAndReport(): Promise<void> {
    await this.#refreshEnds();
    // The stop reports for the last time.
    if (this.#timers.length > 0) this.#reportStatus();
  }

  #reportStatus(): void {
    try {
      this.#service?.status?.(this.#mappings.map(({ status }) => status));
    } catch (error) {
      // E.g. the process that shows the status has ended. The batches in flight must go on.
      this.#log.warning(`the service's status function failed: ${String(error)}`);
    }
  }

  /**
   * Asks for the ends of all topics. A fetch tells them too, but it may wait at the broker for up to a second, and the lag
   * of that time would be missing. Ignores failures, and doesn't wait long: the status is reported in any case.
   */
  async #refreshEnds(): Promise<void> {
    const refreshed = [...this.#clusters.values()].map(async (cluster) => {
      const pollers = this.#pollers.filter((poller) => poller.cluster === cluster);
      const ends = await cluster.ends([...new Set(pollers.map(({ topic }) => topic))]);
      for (const poller of pollers) poller.reached(ends.get(poller.topic) ?? new Map());
    });
    await Promise.race([Promise.allSettled(refreshed), sleep(endsMilliseconds, undefined, { ref: false })]);
  }

  get #pollers() {
    return this.#mappings.map(({ poller }) => poller);
  }

  /** Ignores failures: the poller's status shows them. */
  #refreshPositions(): void {
    void Promise.allSettled(this.#pollers.map((poller) => poller.refreshPositions()));
  }
}

/** A window of 1 s is the shortest that a mapping can ask for. Records that wait so long aren't urgent. */
const patientWindowMilliseconds = 1000;

/** Logical ids of the functions whose mappings all have a batching window. */
function patientFunctions(mappings: readonly Mapping[]): Set<string> {
  const own = Map.groupBy(mappings, ({ functionLogicalId }) => functionLogicalId);
  const isPatient = (each: Mapping[]) =>
    each.every(({ windowMilliseconds }) => windowMilliseconds >= patientWindowMilliseconds);
  return new Set([...own].flatMap(([id, each]) => (isPatient(each) ? [id] : [])));
}

/** Frees the memory that packaging has used, about 150 MB. Otherwise this process would keep it. */
function freeMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: object) => void;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
