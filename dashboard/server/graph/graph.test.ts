import { templates, type Variant } from '#test/template/check/variants.ts';
import { compiledTemplate, PACKAGING_MS, stages } from '#test/template/compiled.ts';
import { withDomains } from './domains.ts';
import { graphOf } from './graph.ts';

const edgesOf = ({ edges }: ReturnType<typeof graphOf>) => edges.map(({ from, to }) => `${from} -> ${to}`);

const STORE_EDGES = [
  'function:aggregateOrders -> store:DynamoDB',
  'function:archiveToS3 -> store:S3',
  'function:indexAlerts -> store:OpenSearch',
  'function:insertIntoRds -> store:PostgreSQL',
  'function:upsertIntoDynamodb -> store:DynamoDB',
];

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
        'topic:processed-orders -> function:aggregateOrders',
        'function:aggregateOrders -> topic:product-metrics',
      ]),
    );
    // processTelemetry only reads trips in DynamoDB, and archiveToS3 only notes there how far it is.
    expect(
      edgesOf(graph)
        .filter((edge) => edge.includes('store:'))
        .toSorted(),
    ).toEqual(STORE_EDGES);
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

test(
  'a collection of OpenSearch Serverless is a store of the flow too',
  async () => {
    // The variant that other tests package too.
    const { stage, params } = Object.values(templates).find(
      (variant) => variant.params['search'] === 'serverless' && variant.params['notifications'] === 'on',
    ) as Variant;
    const graph = graphOf(await compiledTemplate(stage, params));

    expect(edgesOf(graph)).toContain('function:indexAlerts -> store:OpenSearch');
  },
  PACKAGING_MS,
);
