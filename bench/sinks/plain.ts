import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ExecuteStatementCommand, RDSDataClient } from '@aws-sdk/client-rds-data';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Client } from '@opensearch-project/opensearch';
import type { MskEvent } from '#lib/kafka/event.ts';
import { sideBySide } from '#lib/side-by-side.ts';
import { item } from '#lib/stores/attributes.ts';
import type { SingleWrite } from './cases.ts';

const AT_ONCE = 20;
type Value = Readonly<Record<string, unknown>>;
/** Writes a value under an id. */
type Write = (value: Value, id: string) => Promise<unknown>;

const WRITES: Readonly<Record<SingleWrite, () => Write>> = {
  PutItem() {
    const client = new DynamoDBClient();
    const condition = { ConditionExpression: 'attribute_not_exists(#id)', ExpressionAttributeNames: { '#id': 'id' } };
    return (value, id) =>
      client.send(new PutItemCommand({ TableName: 'table', Item: item({ ...value, id }), ...condition }));
  },
  PutObject() {
    const client = new S3Client({ forcePathStyle: true });
    return (value, id) =>
      client.send(new PutObjectCommand({ Bucket: 'archive', Key: id, Body: JSON.stringify(value), IfNoneMatch: '*' }));
  },
  ExecuteStatement() {
    const client = new RDSDataClient();
    const arns = { resourceArn: 'arn:aws:rds:us-east-1:000000000000:cluster:c', secretArn: 'arn:aws:s:::secret' };
    return (value, id) => {
      const columns = Object.entries({ ...value, id });
      const names = columns.map(([name]) => name);
      const parameters = columns.map(([name, own]) => ({ name, value: { stringValue: String(own) } }));
      const sql = `INSERT INTO t (${names.join(', ')}) VALUES (:${names.join(', :')}) ON CONFLICT DO NOTHING`;
      return client.send(new ExecuteStatementCommand({ ...arns, sql, parameters }));
    };
  },
  index() {
    const client = new Client({ node: String(process.env['OPENSEARCH_NODE']) });
    return (body, id) => client.create({ index: 'alerts-2026.01', id, body });
  },
};

/** The loop of a simple function: it decodes each record, and writes it with a call of its own, 20 at a time. */
export function plainLoop(single: SingleWrite): (text: string) => Promise<void> {
  const write = WRITES[single]();
  return async (text) => {
    const records = Object.values((JSON.parse(text) as MskEvent).records).flat();
    await sideBySide(records, AT_ONCE, ({ topic, partition, offset, value }) =>
      write(JSON.parse(Buffer.from(value ?? '', 'base64').toString()) as Value, `${topic}-${partition}-${offset}`),
    );
  };
}
