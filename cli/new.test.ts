import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '#local/stack-file.ts';
import { applyChanges, type Change } from './new/changes.ts';
import { domainChanges } from './new/domain.ts';
import { fieldsOf } from './new/fields.ts';
import { topicChanges } from './new/topic.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'new-'));
});
afterEach(() => rm(root, { recursive: true }));

/** The files of this checkout that the changes edit. */
async function copyEdited(changes: readonly Change[]): Promise<void> {
  for (const change of changes) if ('edit' in change) await cp(join(ROOT, change.path), join(root, change.path));
}
const read = (path: string) => readFile(join(root, path), 'utf8');
const payments = () => domainChanges('card-payments', fieldsOf('payment_id:string,amount:money,at:time'));

test('a domain is twelve files: seven new ones, and rows in five tables', async () => {
  await copyEdited(payments());

  const lines = await applyChanges(root, payments());

  expect(lines.toSorted()).toEqual([
    'edit cli/run/domains.ts',
    'edit functions/sinks/functions.yml',
    'edit functions/sinks/routes.ts',
    'edit proof/domains.ts',
    'edit resources/kafka/topics.yml',
    'new  events/processCardPayments.json',
    'new  functions/card-payments/card-payments.test.ts',
    'new  functions/card-payments/card-payments.ts',
    'new  functions/card-payments/functions.yml',
    'new  functions/card-payments/processCardPayments.ts',
    'new  proof/card-payments/card-payments.ts',
    'new  proof/card-payments/load.ts',
  ]);
});

test('its topics are declared, routed and mapped to the sinks', async () => {
  await copyEdited(payments());
  await applyChanges(root, payments());

  const routes = await read('functions/sinks/routes.ts');
  const mappings = await read('functions/sinks/functions.yml');
  for (const topic of ['card-payments', 'processed-card-payments', 'card-payments-dlq']) {
    expect(routes).toContain(`  '${topic}': {`);
    expect(mappings).toContain(`topic: ${topic}, consumerGroupId: archiveToS3-${topic}-v1 }`);
    expect(await read('resources/kafka/topics.yml')).toContain(`      TopicName: ${topic}\n`);
  }
  expect(mappings).toContain('consumerGroupId: insertIntoRds-processed-card-payments-v1 }');
  expect(mappings).not.toContain('insertIntoRds-card-payments-v1');
  expect(mappings.match(/!Ref CardPaymentsDlqTopic, !Ref DemoDlqTopic\]/g)).toHaveLength(2);
});

test('a second domain is beside the first one; the same one again is an error, and nothing is written', async () => {
  await copyEdited(payments());
  await applyChanges(root, payments());
  const refunds = domainChanges('refunds', fieldsOf('id:string'));
  await applyChanges(root, refunds);
  const before = await read('proof/domains.ts');

  await expect(applyChanges(root, refunds)).rejects.toThrow('functions/refunds/refunds.ts is there already');
  expect(await read('proof/domains.ts')).toBe(before);
});

test('a file of another form is an error that names it, and nothing is written', async () => {
  await copyEdited(payments());
  await writeFile(join(root, 'functions/sinks/routes.ts'), 'export const routes = {};\n');

  await expect(applyChanges(root, payments())).rejects.toThrow("functions/sinks/routes.ts can't be extended");
  expect(await readdir(join(root, 'functions'))).toEqual(['sinks']);
});

test('a topic that is only stored is four rows', async () => {
  await copyEdited(topicChanges('clicks'));

  expect(await applyChanges(root, topicChanges('clicks'))).toEqual([
    'edit resources/kafka/topics.yml',
    'edit functions/sinks/routes.ts',
    'edit functions/sinks/functions.yml',
    'edit proof/demo/places.ts',
  ]);
  expect(await read('functions/sinks/functions.yml')).toContain('upsertIntoDynamodb-clicks-v1 }');
});

test.each([
  ['a topic of the template', topicChanges('orders'), 'it already has orders or OrdersTopic'],
  ['a topic whose logical id the template has', topicChanges('raw-data'), 'it already has raw-data or RawDataTopic'],
  [
    'a domain, which a topic has,',
    domainChanges('trips-topic', fieldsOf('id:string')),
    'it already has trips-topic or TripsTopicTopic',
  ],
])('the name of %s is an error, and nothing is written', async (_, changes, message) => {
  await copyEdited(changes);

  await expect(applyChanges(root, changes)).rejects.toThrow(/topics\.yml can't be extended$/);
  await expect(applyChanges(root, changes)).rejects.toHaveProperty('cause.message', expect.stringContaining(message));
  expect(await read('functions/sinks/routes.ts')).toBe(await readFile(join(ROOT, 'functions/sinks/routes.ts'), 'utf8'));
});

test.each(['export', 'await', 'static'])('a domain cannot be called %s, because its code has that name', (name) => {
  expect(() => domainChanges(name, fieldsOf('id:string'))).toThrow(`"${name}" is a word of JavaScript`);
});

test.each([
  ['Payments', 'a name is lower-case words'],
  ['a'.repeat(25), 'of 24 characters at most'],
  ['../x', 'a name is lower-case words'],
])('the name %s is refused', (name, message) => {
  expect(() => topicChanges(name)).toThrow(message);
});

test.each([
  ['id', 'the kind is one of string, number'],
  ['id:text', 'not "text"'],
  ['9id:string', 'a name of letters'],
  ['id:string,id:money', '--fields names id twice'],
  ['', 'a name of letters'],
])('--fields "%s" is refused', (fields, message) => {
  expect(() => fieldsOf(fields)).toThrow(message);
});
