import { type Change, insert } from './changes.ts';
import { checkedName, topicId } from './names.ts';

/** A topic, as the template and the sinks have to know it. */
export interface NewTopic {
  name: string;
  /** of topic-configs.yml: how large its records may be, and how long they are kept */
  configs: 'source' | 'processed' | 'deadLetter';
  /** its row in routes.ts, without the braces */
  route: string;
  /** whether its records go to PostgreSQL and DynamoDB too; the archive has them anyway */
  stored: boolean;
}

/** The changes for a topic that is only stored. @throws UsageError */
export function topicChanges(name: string): Change[] {
  checkedName(name);
  const route = `holds: 'records of ${name}', deadLetterTopic: 'demo-dlq', trusted: false, rds: 'records', dynamodb: ['records']`;
  return [...declareTopics([{ name, configs: 'source', route, stored: true }]), proofRow(name)];
}

/** What declares topics: the template, the routes, and the mappings of the sinks. */
export function declareTopics(topics: readonly NewTopic[]): Change[] {
  return [
    {
      path: 'resources/kafka/topics.yml',
      edit(text) {
        const known = topics.find(({ name }) =>
          new RegExp(`^ *(TopicName: ${name}|${topicId(name)}:)$`, 'm').test(text),
        );
        if (known !== undefined)
          throw new Error(`it already has ${known.name} or ${topicId(known.name)}: choose another name`);
        return `${text.trimEnd()}\n${topics.map(resource).join('')}`;
      },
    },
    {
      path: 'functions/sinks/routes.ts',
      edit: (text) =>
        insert(
          text,
          'before',
          /^ {2}demo_topic: \{$/,
          topics.map(({ name, route }) => `  '${name}': { ${route} },`).join('\n'),
        ),
    },
    { path: 'functions/sinks/functions.yml', edit: (text) => mappings(text, topics) },
  ];
}

function resource({ name, configs }: NewTopic): string {
  return `  ${topicId(name)}:
    Type: AWS::MSK::Topic
    DeletionPolicy: \${param:deletionPolicy}
    UpdateReplacePolicy: \${param:replacementPolicy}
    Properties:
      ClusterArn: !Ref MskCluster
      TopicName: ${name}
      PartitionCount: 3
      ReplicationFactor: \${param:replicationFactor}
      Configs: !Base64 "\${self:custom.topicConfigs.${configs}}"
`;
}

/** Each sink's function, by the anchor of its mappings. */
const SINKS = { archive: 'archiveToS3', insert: 'insertIntoRds', upsert: 'upsertIntoDynamodb' } as const;

function mappings(text: string, topics: readonly NewTopic[]): string {
  let changed = text;
  for (const [anchor, sink] of Object.entries(SINKS)) {
    const own = topics.filter(({ stored }) => stored || sink === SINKS.archive);
    const lines = own.map(
      ({ name }) => `    - msk: { <<: *${anchor}, topic: ${name}, consumerGroupId: ${sink}-${name}-v1 }`,
    );
    if (own.length > 0) changed = insert(changed, 'after', new RegExp(`<<: \\*${anchor}, `), lines.join('\n'));
  }
  const letters = topics.filter(({ configs }) => configs === 'deadLetter').map(({ name }) => `!Ref ${topicId(name)}, `);
  return changed.replaceAll('!Ref DemoDlqTopic]', `${letters.join('')}!Ref DemoDlqTopic]`);
}

/** Its records are judged like those of demo_topic. */
function proofRow(name: string): Change {
  return {
    path: 'proof/demo/places.ts',
    edit: (text) =>
      insert(text, 'before', /^ {2}\[DEMO_DLQ\]/, `  '${name}': { compacted: false, refusedBy: STORE_SINKS },`),
  };
}
