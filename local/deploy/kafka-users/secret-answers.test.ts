import { readSecret } from '#lib/secrets.ts';
import { type RefusedCall, type Refuser, refuseAws } from '../refuse-aws.ts';
import { secretAnswers, secretPath } from './secret-answers.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:AmazonMSK_one';
const login = { username: 'one', password: 'hidden-password', ca: 'CA' };
const path = secretPath();

const refused: RefusedCall[] = [];
let refuser: Refuser;
beforeAll(async () => {
  const users = { logins: {}, secrets: { [ARN]: login }, caFile: '' };
  refuser = await refuseAws((call) => refused.push(call), secretAnswers(users, path));
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
});
beforeEach(() => {
  process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] = `${refuser.endpoint}${path}`;
});
afterAll(() => refuser.close());

test("a function reads its user's name and password as from Secrets Manager", async () => {
  expect(JSON.parse(await readSecret(ARN))).toEqual({ username: 'one', password: 'hidden-password' });
});

test('an unknown secret is an error that can be tried again and says what to check', async () => {
  await expect(readSecret(`${ARN}-other`)).rejects.toMatchObject({
    code: 'SECRET',
    retriable: true,
    message: expect.stringContaining('secretsmanager:GetSecretValue'),
  });
});

test('who does not know the path gets no secret', async () => {
  process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] = refuser.endpoint;

  const error = await readSecret(ARN).catch((thrown: Error) => thrown.message);

  expect(error).toContain('Secrets Manager answered 400');
  expect(error).not.toContain('hidden-password');
  expect(refused).toMatchObject([{ target: 'secretsmanager.GetSecretValue' }]);
});

test('a service that does not answer is an error that can be tried again', async () => {
  process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] = 'http://127.0.0.1:1/';

  await expect(readSecret(ARN)).rejects.toMatchObject({ code: 'SECRET', retriable: true });
});
