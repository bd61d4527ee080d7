import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuthenticationProviderArgs } from 'kafkajs';
import { scramFromSecret } from './scram.ts';

let asked = 0;
let secret = '';
let server: Server;
beforeAll(async () => {
  server = createServer((_, response) => {
    asked++;
    response.end(JSON.stringify({ SecretString: secret }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
  });
});
beforeEach(() => {
  asked = 0;
});
afterAll(() => server.close());

/** A connection to a broker that refuses every login. */
const refusing = {
  host: 'b',
  port: 9096,
  logger: { debug: () => {}, error: () => {} },
  saslAuthenticate: () => Promise.reject(new Error('refused by the broker')),
} as unknown as AuthenticationProviderArgs;

test('connections at the same time read the secret once, and after a refused login it is read again', async () => {
  secret = JSON.stringify({ username: 'one', password: 'first' });
  const { authenticationProvider } = scramFromSecret('arn:aws:secretsmanager:us-east-1:1:secret:one');
  const login = () => authenticationProvider(refusing).authenticate();

  const [first, second] = await Promise.allSettled([login(), login()]);
  expect([first?.status, second?.status, asked]).toEqual(['rejected', 'rejected', 1]);

  await expect(login()).rejects.toThrow('refused by the broker');
  expect(asked).toBe(2);
});

test.each(['not JSON: hidden', '{"username":"hidden"}'])(
  'a secret of another form is an error without it: %s',
  async (text) => {
    secret = text;
    const arn = `arn:aws:secretsmanager:us-east-1:1:secret:${text.length}`;
    const login = scramFromSecret(arn).authenticationProvider(refusing).authenticate();

    const error = await login.catch((thrown: Error) => thrown);

    expect(error).toMatchObject({ code: 'SECRET', message: `the secret ${arn} is no JSON with username and password` });
  },
);
