import { oneConnection } from './connection.ts';

/** Connections that are numbered, and a list of those that were ended. */
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

test('when two sends fail on one connection, the later failure does not end the next connection', async () => {
  const { connections, ended } = counted();
  const [first, second] = [connections.get('a'), connections.get('a')];

  await connections.end(first);
  const next = connections.get('a');
  await connections.end(second);

  expect(ended).toEqual(['a 1']);
  expect(connections.get('a')).toBe(next);
});

test('a connection to other servers replaces the old one, and a failure on the old one does not end it', async () => {
  const { connections, ended } = counted();
  const old = connections.get('a');

  const next = connections.get('b');
  await connections.end(old);
  await connections.close();
  await connections.close();

  expect(ended).toEqual(['a 1', 'b 2']);
  expect(connections.get('b')).not.toBe(next);
});

test('a connection that could not be opened can be ended, and is opened again', async () => {
  let opened = 0;
  const connections = oneConnection(async () => {
    opened += 1;
    throw new Error('down');
  });
  const failed = connections.get('a');
  await expect(failed.client).rejects.toThrow('down');

  await connections.end(failed);

  await expect(connections.get('a').client).rejects.toThrow('down');
  expect(opened).toBe(2);
});
