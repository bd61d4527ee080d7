import { readConfiguration, text } from '#lib/configuration.ts';
import { searchAuth, searchClient } from '#lib/stores/search.ts';
import { openSearchSink } from './opensearch/sink.ts';
import { sinkHandler, sinkVariables } from './sink-handler.ts';

const config = readConfiguration({
  ...sinkVariables,
  AWS_REGION: text,
  OPENSEARCH_NODE: text,
  OPENSEARCH_AUTH: searchAuth,
});

const client = searchClient({ node: config.OPENSEARCH_NODE, auth: config.OPENSEARCH_AUTH, region: config.AWS_REGION });

/** alerts-topic -> OpenSearch: each alert is a document, in the index of its month. */
export const handler = sinkHandler('indexAlerts', config, openSearchSink(client));
