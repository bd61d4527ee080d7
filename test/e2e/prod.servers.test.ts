import { type Checkout, copyCheckout } from '../support/checkout.ts';
import { handedBackThenFrozen } from './faults.ts';
import { expectProof } from './proof.ts';

let checkout: Checkout;
beforeAll(async () => {
  checkout = await copyCheckout();
});
afterAll(() => checkout?.remove());

test('prod: three brokers, logins in Avro; of a batch handed back, only the failed tail is read again', async () => {
  const avro = ['--param', 'loginsOutputFormat=avro-glue', '--param', 'storeFullIp=true'];
  const domains = ['--only', 'fleet,demo,logins', '--logins', '50'];
  const run = checkout.start([...domains, ...avro, '--stage', 'prod', '--duration', '12', '--vehicles', '100']);
  await run.says(/all mappings poll/);
  const stack = await run.stack();
  expect(stack.endpoints.kafka.split(',')).toHaveLength(3);
  await handedBackThenFrozen(checkout, stack, ([first, ...rest]) => first === 'raw-data-topic-0' && rest.length === 0, [
    'kafka-2',
    's3',
  ]);

  await run.succeeds(600);

  const report = await run.report();
  expectProof(report);
  const { logins } = report.domains;
  expect(logins.topics['user-login-processed']).toMatchObject({ lost: 0, different: 0 });
  expect(logins.stores['rds']).toMatchObject({ expected: logins.acknowledged - logins.bad });
}, 1_200_000);
