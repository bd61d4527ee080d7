import { readdirSync, readFileSync } from 'node:fs';

/*
 * The sample for MSK Connect, which can't run locally. It must parse, and its settings for the topic must be those of
 * the connector that runs locally.
 */
const FOLDER = 'resources/connect/msk-connect';
const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** @throws Error where a line is neither name=value nor a comment, or a name comes twice */
function propertiesOf(text: string): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const line of text.split('\n').filter((each) => each.trim() !== '' && !each.startsWith('#'))) {
    const [, name, value] = /^([\w.]+)=(\S.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined || name in properties) throw new Error(line);
    properties[name] = value;
  }
  return properties;
}

const FORMATS: Readonly<Record<string, (text: string) => unknown>> = { json: JSON.parse, properties: propertiesOf };

interface Connector {
  connectorName: string;
  connectorConfiguration: Record<string, string>;
}
interface Policy {
  Statement: { Effect: string; Action: string[]; Resource: string | string[] }[];
}

const local = propertiesOf(read('resources/connect/metrics-file-sink.properties'));
const connector = JSON.parse(read(`${FOLDER}/connector.json`)) as Connector;
const { connectorName, connectorConfiguration: config } = connector;
const policy = JSON.parse(read(`${FOLDER}/role-policy.json`)) as Policy;
/** The resources on which an action is allowed: the last part of each ARN. */
const allowedOn = (action: string) =>
  policy.Statement.filter(({ Effect, Action }) => Effect === 'Allow' && Action.includes(action))
    .flatMap(({ Resource }) => Resource)
    .map((arn) => arn.replace(/^arn:aws:(kafka:<region>:<account>:\w+\/<cluster>\/<uuid>\/|s3:::)/, ''));

test.each(readdirSync(new URL(`../../../${FOLDER}`, import.meta.url)))('%s parses', (name) => {
  const parse = FORMATS[name.slice(name.lastIndexOf('.') + 1)];
  expect(Object.keys(parse?.(read(`${FOLDER}/${name}`)) as object).length).toBeGreaterThan(0);
});

test('the connector reads the same topic of the template as the local connector, with text keys', () => {
  expect(config['topics']).toBe(local['topics']);
  expect(read('resources/kafka/topics.yml')).toContain(`TopicName: ${config['topics']}\n`);
  expect(config['key.converter']).toBe(local['key.converter']);
  expect(connectorName).not.toBe(local['name']);
  expect(Object.values(config).filter((value) => typeof value !== 'string')).toEqual([]);
});

test('the worker has the same converters as the connector', () => {
  expect(config).toMatchObject(propertiesOf(read(`${FOLDER}/worker.properties`)));
});

test('the role may read only that topic, in the connector’s consumer group, and write only to its folder', () => {
  const own = '__amazon_msk_connect_*';
  expect(allowedOn('kafka-cluster:ReadData')).toEqual([config['topics'], own]);
  expect(allowedOn('kafka-cluster:DescribeTopic')).toEqual([config['topics'], own]);
  expect(allowedOn('kafka-cluster:WriteData')).toEqual([own]);
  expect(allowedOn('kafka-cluster:AlterGroup')).toEqual([own, `connect-${connectorName}*`]);
  expect(allowedOn('s3:PutObject')).toEqual([`${config['aws.s3.bucket.name']}/${config['file.name.prefix']}*`]);
  expect(allowedOn('s3:ListBucket')).toEqual([config['aws.s3.bucket.name']]);
});
