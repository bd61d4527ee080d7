import { startBroker, type TestBroker } from './broker.ts';

declare global {
  var pluginBroker: TestBroker | undefined;
}

/** jest's globalSetup: starts the broker of the plugin's tests, which read KAFKA_BROKERS (plugins/msk/README.md). */
export default async function setUp(): Promise<void> {
  if (process.env['KAFKA_BROKERS'] !== undefined) return;
  globalThis.pluginBroker = await startBroker([]);
  process.env['KAFKA_BROKERS'] = globalThis.pluginBroker.endpoint;
}
