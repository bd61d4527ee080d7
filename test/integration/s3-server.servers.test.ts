import { PutObjectCommand } from '@aws-sdk/client-s3';
import { startBucket, type TestBucket } from '../support/servers.ts';

const MIB = 2 ** 20;

describe('the S3 server', () => {
  let s3: TestBucket;
  beforeAll(async () => {
    s3 = await startBucket();
  }, 180_000);
  afterAll(() => s3.stop(), 30_000);

  test('stores more than its memory holds', async () => {
    const Body = Buffer.alloc(8 * MIB, 'x');

    for (let object = 0; object < 40; object += 1) {
      await s3.client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: `folder/${object}`, Body }));
    }
  }, 120_000);
});
