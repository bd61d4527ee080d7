import { stopAll } from './launch.ts';
import type { Server } from './server.ts';

test('servers that use other servers end before those are told to stop', async () => {
  const order: string[] = [];
  const server = (name: string, more: Partial<Server>): Server => ({
    name,
    endpoint: '',
    start: async () => {},
    ready: async () => {},
    answers: async () => true,
    stop: async () => {
      order.push(`${name} asked`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push(`${name} gone`);
    },
    ...more,
  });
  const spawned = { process: { pid: 1, signal: () => {}, exited: new Promise<never>(() => {}), stop: async () => {} } };

  await stopAll([server('kafka', spawned), server('connect', { ...spawned, client: true }), server('rds-data', {})]);

  expect(order.indexOf('kafka asked')).toBe(4);
  expect(order.slice(0, 4).sort()).toEqual(['connect asked', 'connect gone', 'rds-data asked', 'rds-data gone']);
});
