import { startBroker, type TestBroker } from './broker.ts';

declare global {
  var pluginBroker: TestBroker | undefined;
}

/** jest's globalSetup: the plugin's tests take their broker from KAFKA_BROKERS, as its own README says. */
export default async function setUp(): Promise<void> {
  if (process.env['KAFKA_BROKERS'] !== undefined) return;
  globalThis.pluginBroker = await startBroker([]);
  process.env['KAFKA_BROKERS'] = globalThis.pluginBroker.endpoint;
}
