import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { endpointsAt } from './endpoints.fixture.ts';
import { localEnvironment } from './environment.ts';
import { type RefusedCall, refuseAws } from './refuse-aws.ts';

const SHELL = {
  AWS_ACCESS_KEY_ID: 'AKIAREALLOOKINGACCES',
  AWS_SECRET_ACCESS_KEY: 'reallookingsecretreallookingsecretreallo',
  AWS_SESSION_TOKEN: 'reallookingtoken',
  AWS_PROFILE: 'reallookingprofile',
  AWS_REGION: 'eu-central-1',
};

test('it replaces a shell’s credentials by dummy ones, and no call leaves this machine', async () => {
  const calls: RefusedCall[] = [];
  const refuser = await refuseAws((call) => calls.push(call));
  Object.assign(process.env, SHELL, localEnvironment(endpointsAt('http://127.0.0.1:1'), refuser.endpoint));
  // As for a service without a local server.
  delete process.env['AWS_ENDPOINT_URL_S3'];
  const client = new S3Client({ maxAttempts: 1, forcePathStyle: true });

  await expect(client.send(new ListBucketsCommand())).rejects.toThrow();

  expect(calls).toMatchObject([{ method: 'GET', path: expect.stringMatching(/^\//) }]);
  expect(await client.config.credentials()).toMatchObject({ accessKeyId: 'local', secretAccessKey: 'local' });
  expect(JSON.stringify(process.env)).not.toMatch(/reallooking/i);
  client.destroy();
  refuser.close();
});
