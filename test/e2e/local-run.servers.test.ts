import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkout, copyCheckout } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';

let checkout: Checkout;
beforeAll(async () => {
  checkout = await copyCheckout();
});
afterEach(() => checkout.end());
afterAll(() => checkout?.remove());

/** A run with most servers and all functions. */
const LOAD = ['--only', 'fleet', '--vehicles', '50'];
/** A run with the fewest servers, which starts sooner. */
const LESS = ['--only', 'demo', '--demo', '50'];
/** Printed about a second after all mappings poll: some records are in flight. */
const UNDER_LOAD = /produced [1-9]/;

/** All runs use one checkout: each test also shows that a run starts after the end of the run before. */
async function expectNothingLeft(): Promise<void> {
  expect(await checkout.processes()).toEqual([]);
  expect(await readdir(join(checkout.folder, '.local'))).toEqual(['logs']);
  // npm makes this folder.
  const temporary = (await readdir(checkout.temporary)).filter((name) => name !== 'node-compile-cache');
  expect(temporary).toEqual([]);
}

/** Waits until no process is left. */
async function allGone(): Promise<void> {
  const left = () => checkout.processes();
  await eventually(async () => (await left()).length === 0, { what: 'the end of all processes', seen: left });
}

test.each([
  { moment: 'the servers start', sign: / ready in /, bound: 60 },
  { moment: 'the template is deployed', sign: /deploying the packaged template/, bound: 60 },
])(
  'Ctrl-C while $moment leaves nothing running',
  async ({ sign, bound }) => {
    const run = checkout.start(LESS);
    await run.says(sign);
    run.interrupt();

    await run.exitCode(bound);

    expect(run.output()).toMatch(/stopped: nothing is left running/);
    expect(run.output()).not.toMatch(/produced/);
    await expectNothingLeft();
  },
  600_000,
);

test('a service that cannot be packaged ends the start at once, with the reason, and leaves nothing running', async () => {
  const run = checkout.start([...LESS, '--param', 'windowBukets=2']);

  expect(await run.exitCode(60)).toBe(1);

  expect(run.output()).toMatch(/^start: the service could not be packaged.*no param is called "windowBukets"/ms);
  expect(run.output()).not.toMatch(/deploying/);
  await expectNothingLeft();
}, 120_000);

/** Credentials as in a developer's shell. They are invented. */
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'AKIAREALLOOKINGACCES',
  AWS_SECRET_ACCESS_KEY: 'reallookingsecretreallookingsecretreallo',
  AWS_SESSION_TOKEN: 'reallookingtoken',
  AWS_PROFILE: 'reallookingprofile',
  AWS_DEFAULT_PROFILE: 'reallookingprofile',
  AWS_WEB_IDENTITY_TOKEN_FILE: '/reallookingtokenfile',
  AWS_ENDPOINT_URL_STS: 'https://sts.reallooking.example',
};

/** Code for a function: it prints its environment, and calls an AWS service that has no local server. */
const PROBE = `
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
console.log('PROBE environment', JSON.stringify(process.env));
new STSClient({}).send(new GetCallerIdentityCommand({})).then(
  () => console.log('PROBE answered'),
  (error) => console.log('PROBE refused', error.name, error.message),
);
`;

test('Ctrl-C under load drains and stops everything; no function saw a credential or reached AWS', async () => {
  await appendFile(join(checkout.folder, 'functions', 'ops', 'migrate.ts'), PROBE);
  const run = checkout.start(LOAD, CREDENTIALS);
  await run.says(UNDER_LOAD);
  run.interrupt();

  await run.exitCode(90);

  expect(run.output()).toMatch(/the load has ended: draining\n(.*\n)*stopped: nothing is left running/);
  await expectNothingLeft();
  const log = await checkout.functionsLog();
  const [environment, ...said] = log.split('\n').filter((line) => /^(PROBE|refused: )/.test(line));
  expect(environment).toContain('"AWS_ACCESS_KEY_ID":"local"');
  expect(said).toEqual([expect.stringMatching(/^refused: POST \//), expect.stringMatching(/^PROBE refused /)]);
  expect(log.includes('reallooking') || log.includes('REALLOOKING')).toBe(false);
}, 600_000);

test('a second Ctrl-C stops at once, and the remaining processes end by themselves', async () => {
  const run = checkout.start(LESS);
  await run.says(UNDER_LOAD);
  run.interrupt();
  await run.says(/the load has ended: draining/);
  run.interrupt();

  await run.exitCode(30);

  expect(run.output()).not.toMatch(/stopped: nothing is left running/);
  await allGone();
}, 600_000);

test('kill -9 of npm start: every server and function is gone within 5 s', async () => {
  const run = checkout.start(LOAD);
  await run.says(UNDER_LOAD);
  process.kill((await run.stack()).pid, 'SIGKILL');

  await allGone();
  const probed = (await checkout.functionsLog()).match(/^PROBE environment/gm);
  expect({ runsInTheLog: probed?.length }).toEqual({ runsInTheLog: 1 });
}, 600_000);

test('a runner that is killed under load ends the run with one clear line and exit code 1', async () => {
  const run = checkout.start([...LESS, '--duration', '60']);
  await run.says(UNDER_LOAD);
  const runner = (await checkout.processes()).find(({ command }) => command.includes(' msk start '));
  process.kill(runner?.pid as number, 'SIGKILL');

  expect(await run.exitCode(90)).toBe(1);

  expect(run.output()).toMatch(/^start: the runner ended with SIGKILL; see .*functions\.log$/m);
  await expectNothingLeft();
}, 600_000);
