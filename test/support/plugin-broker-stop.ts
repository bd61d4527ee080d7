/** jest's globalTeardown for what plugin-broker.ts has started. */
export default async function tearDown(): Promise<void> {
  await globalThis.pluginBroker?.stop();
}
