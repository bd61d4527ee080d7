import { oneConnection } from './connection.ts';

/** Connections that say when they are ended. */
function counted() {
  const ended: string[] = [];
  let opened = 0;
  const connections = oneConnection(async (servers) => {
    opened += 1;
    const name = `${servers} ${opened}`;
    return {
      disconnect: async () => {
        ended.push(name);
      },
    };
  });
  return { connections, ended };
}

test('of two sends that fail on one connection, the later one does not end the next one', async () => {
  const { connections, ended } = counted();
  const [first, second] = [connections.get('a'), connections.get('a')];

  await connections.end(first);
  const next = connections.get('a');
  await connections.end(second);

  expect(ended).toEqual(['a 1']);
  expect(connections.get('a')).toBe(next);
});

test('a connection to other servers takes its place, and a send that failed on the old one leaves it be', async () => {
  const { connections, ended } = counted();
  const old = connections.get('a');

  const next = connections.get('b');
  await connections.end(old);
  await connections.close();
  await connections.close();

  expect(ended).toEqual(['a 1', 'b 2']);
  expect(connections.get('b')).not.toBe(next);
});

test('one that could not be opened is ended like any other, and opened anew', async () => {
  let opened = 0;
  const connections = oneConnection(async () => {
    opened += 1;
    throw new Error('away');
  });
  const failed = connections.get('a');
  await expect(failed.client).rejects.toThrow('away');

  await connections.end(failed);

  await expect(connections.get('a').client).rejects.toThrow('away');
  expect(opened).toBe(2);
});
