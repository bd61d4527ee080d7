import { jest } from '@jest/globals';
import { generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js';
import { iamToken } from './iam-token.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'a/session+token==' };

afterEach(() => jest.useRealTimers());

test.each([credentials, { ...credentials, sessionToken: '' }])(
  "is the token that Amazon MSK's own library makes: %j",
  async (own) => {
    jest.useFakeTimers({ now: Date.UTC(2026, 0, 31, 23, 59, 59), doNotFake: ['nextTick', 'setImmediate'] });
    process.env['AWS_ACCESS_KEY_ID'] = own.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = own.secretAccessKey;
    process.env['AWS_SESSION_TOKEN'] = own.sessionToken;
    const { token } = await generateAuthTokenFromCredentialsProvider({
      region: 'eu-west-1',
      awsCredentialsProvider: async () => own,
    });

    expect(partsOf(await iamToken('eu-west-1'))).toEqual(partsOf(token));
  },
);

/** The token without its user agent, which isn't signed. */
function partsOf(token: string) {
  const { origin, pathname, searchParams } = new URL(Buffer.from(token, 'base64url').toString());
  expect(searchParams.get('User-Agent')).toBeTruthy();
  searchParams.delete('User-Agent');
  return { origin, pathname, query: Object.fromEntries(searchParams) };
}
