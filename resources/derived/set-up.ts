import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PipelineFunction, Service } from './service.ts';

/** Folders with the migrations and the catalogue that functions/ops/setUp.ts applies. */
const folders = ['sql', 'catalogue'];

/**
 * The custom resource that applies migrations and catalogue. CloudFormation calls its function in each deployment that
 * changes them, or that replaces a store. Every mapping waits for it.
 */
export async function setUp({ functions, waysOut, search }: Service): Promise<object> {
  return {
    Type: 'Custom::SetUp',
    // The Data API needs the writer instance; the function needs its route to AWS. Deletion runs in reverse order.
    DependsOn: ['DatabaseInstance', ...(search === 'none' ? [] : ['SetUpSearch']), ...waysOut],
    Properties: {
      ServiceToken: { 'Fn::GetAtt': ['SetUpLambdaFunction', 'Arn'] },
      ServiceTimeout: 960, // s, a minute more than the function's timeout; the default is an hour
      // CloudFormation calls the function again if the content changes, or the database or table that gets it.
      Content: await content(folders.map((folder) => join(resources, folder))),
      Environment: environmentOf('setUp', functions),
    },
  };
}

/**
 * The custom resource that sets up the index template and OpenSearch's roles. It runs before the first alert is
 * indexed, or OpenSearch would create an index without the template. It waits for the collection's access policy, to which no
 * other resource refers.
 */
export async function setUpSearch({ functions, waysOut, search }: Service): Promise<Record<string, object>> {
  if (search === 'none') return {};
  return {
    SetUpSearch: {
      Type: 'Custom::SetUp',
      DependsOn: ['SearchFromFunctions', ...(search === 'serverless' ? ['AlertsCollectionAccess'] : []), ...waysOut],
      Properties: {
        ServiceToken: { 'Fn::GetAtt': ['PrepareSearchLambdaFunction', 'Arn'] },
        ServiceTimeout: 360,
        Content: await content([join(resources, '..', 'functions', 'sinks', 'opensearch')]),
        Environment: environmentOf('prepareSearch', functions),
      },
    },
  };
}

/** The function's environment: it names the stores and the roles with access. */
function environmentOf(key: string, functions: PipelineFunction[]): Record<string, unknown> {
  const { environment } = functions.find((fn) => fn.key === key) ?? {};
  if (!environment) throw new Error(`resources/derived/set-up.ts: there is no function ${key}`);
  return environment;
}

const resources = join(import.meta.dirname, '..');

async function content(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const name of (await readdir(path)).sort()) {
      // Line ends of a checkout on Windows make no difference.
      hash.update(`${name}\n${(await readFile(join(path, name), 'utf8')).replaceAll('\r\n', '\n')}`);
    }
  }
  return hash.digest('hex');
}
