import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PipelineFunction, Service } from './service.ts';

/** Migrations and catalogue: what functions/ops/setUp.ts applies. */
const folders = ['sql', 'catalogue'];

/**
 * The custom resource by which each deployment that changes them applies them, or puts another store in their place.
 * Every mapping waits for it.
 */
export async function setUp({ functions, waysOut, search }: Service): Promise<object> {
  return {
    Type: 'Custom::SetUp',
    // The Data API needs the writer, and the function its way out of the VPC. Deleted in the reverse order.
    DependsOn: ['DatabaseInstance', ...(search === 'none' ? [] : ['SetUpSearch']), ...waysOut],
    Properties: {
      ServiceToken: { 'Fn::GetAtt': ['SetUpLambdaFunction', 'Arn'] },
      ServiceTimeout: 960, // s, a minute more than the function has: where it dies, the deployment doesn't wait an hour
      // What makes CloudFormation call it again: other content, or another database or table to put it into.
      Content: await content(folders.map((folder) => join(resources, folder))),
      Environment: environmentOf('setUp', functions),
    },
  };
}

/**
 * The same for the index template, and for who may write alerts: before any of them is indexed, or its index would be
 * made without the template. Waits for what the collection grants, which nothing else refers to.
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

/** All that its function is told: it names the stores, and whom they let in. */
function environmentOf(key: string, functions: PipelineFunction[]): Record<string, unknown> {
  const { environment } = functions.find((fn) => fn.key === key) ?? {};
  if (!environment) throw new Error(`resources/derived/set-up.ts finds no function ${key}`);
  return environment;
}

const resources = join(import.meta.dirname, '..');

async function content(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const name of (await readdir(path)).sort()) {
      // A checkout with other line ends is the same.
      hash.update(`${name}\n${(await readFile(join(path, name), 'utf8')).replaceAll('\r\n', '\n')}`);
    }
  }
  return hash.digest('hex');
}
