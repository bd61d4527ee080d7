import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TcpProxy, tcpProxy } from './tcp-proxy.ts';

let server: Server;
let proxy: TcpProxy;
let received: string;

beforeEach(async () => {
  received = '';
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      received += String(data);
      socket.write(`echo ${String(data)}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await tcpProxy(1);
  proxy.to = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
});
afterEach(async () => {
  await proxy.close();
  await new Promise((resolve) => server.close(resolve));
});

async function open(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

async function answer(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [data] = await once(socket, 'data');
  return String(data);
}

/** What happens to the socket within 200 ms. */
function fate(socket: Socket): Promise<string> {
  const closed = once(socket, 'close').then(() => 'closed');
  const data = once(socket, 'data').then(([bytes]) => String(bytes));
  return Promise.race([closed, data, sleep(200, 'nothing')]);
}

test('without a fault, everything passes', async () => {
  expect(await answer(await open(), 'a')).toBe('echo a');
});

test('delay: both ways take longer, and the order stays', async () => {
  const socket = await open();
  proxy.set({ kind: 'delay', ms: 100 });
  const began = performance.now();
  expect(await answer(socket, 'a')).toBe('echo a');
  expect(performance.now() - began).toBeGreaterThanOrEqual(195);
});

test('cut: open connections break, new ones too, and afterwards all is well', async () => {
  const socket = await open();
  proxy.set({ kind: 'cut' });
  expect(await fate(socket)).toBe('closed');
  expect(await fate(await open())).toBe('closed');
  proxy.set(undefined);
  expect(await answer(await open(), 'a')).toBe('echo a');
});

test('half-open: nothing passes and nothing breaks, also on new connections, until the fault ends', async () => {
  const socket = await open();
  expect(await answer(socket, 'a')).toBe('echo a');
  proxy.set({ kind: 'half-open' });
  const other = await open();
  socket.write('b');
  other.write('c');
  expect(await Promise.all([fate(socket), fate(other)])).toEqual(['nothing', 'nothing']);
  expect(received).toBe('a');
  proxy.set(undefined);
  expect(await fate(socket)).toBe('closed');
});

test('drop-answers: the server gets the request, and the connection breaks instead of the answer', async () => {
  const socket = await open();
  proxy.set({ kind: 'drop-answers', share: 1 });
  socket.write('a');
  expect(await fate(socket)).toBe('closed');
  expect(received).toBe('a');
});
