/** jest's globalTeardown: stops the broker that plugin-broker.ts has started. */
export default async function tearDown(): Promise<void> {
  await globalThis.pluginBroker?.stop();
}
