import { compiledTemplate, PACKAGING_MS, stages } from '#test/template/compiled.ts';
import { withDomains } from './domains.ts';
import { graphOf } from './graph.ts';

const edgesOf = ({ edges }: ReturnType<typeof graphOf>) => edges.map(({ from, to }) => `${from} -> ${to}`);

test.each(stages)(
  'the flow of %s is that of its template',
  async (stage) => {
    const template = await compiledTemplate(stage);
    const graph = withDomains(graphOf(template));

    expect(edgesOf(graph)).toEqual(
      expect.arrayContaining([
        'topic:raw-data-topic -> function:processTelemetry',
        'function:processTelemetry -> topic:processed-data-topic',
        'function:processTelemetry -> topic:alerts-topic',
        'function:processTelemetry -> topic:raw-data-dlq',
        'topic:alerts-topic -> function:indexAlerts',
        'function:indexAlerts -> store:OpenSearch',
        'function:insertIntoRds -> store:PostgreSQL',
        'function:upsertIntoDynamodb -> store:DynamoDB',
        'function:archiveToS3 -> store:S3',
        'topic:processed-orders -> function:aggregateOrders',
        'function:aggregateOrders -> topic:product-metrics',
        'function:aggregateOrders -> store:DynamoDB',
      ]),
    );
    // It only reads trips there, and the archive only notes how far it is.
    expect(edgesOf(graph)).not.toContain('function:processTelemetry -> store:DynamoDB');
    expect(edgesOf(graph)).not.toContain('function:archiveToS3 -> store:DynamoDB');
    expect(graph.nodes).toEqual(
      expect.arrayContaining([
        { id: 'topic:trips-topic', kind: 'topic', name: 'trips-topic', domain: 'fleet' },
        { id: 'function:processLogin', kind: 'function', name: 'processLogin', domain: 'logins' },
        { id: 'function:insertIntoRds', kind: 'function', name: 'insertIntoRds', domain: null },
      ]),
    );
    expect(new Set(graph.nodes.map(({ id }) => id)).size).toBe(graph.nodes.length);
    for (const { from, to } of graph.edges)
      for (const end of [from, to]) expect(graph.nodes.map(({ id }) => id)).toContain(end);
  },
  PACKAGING_MS,
);
