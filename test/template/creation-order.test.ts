import type { CompiledTemplate, TemplateResource } from '#msk';
import { templates } from './check/variants.ts';
import { compiledTemplate, PACKAGING_MS } from './compiled.ts';
import { properties, resources } from './rules/rule.ts';

type Attribute = { 'Fn::GetAtt': [logicalId: string, attribute: string] };
interface Mapping {
  Topics: string[];
  FunctionName: Attribute;
}

/** Logical ids that the resource refers to, or names in DependsOn. */
function references({ Properties, DependsOn }: TemplateResource): string[] {
  const text = JSON.stringify(Properties ?? {});
  const found = [...text.matchAll(/"(?:Ref":|Fn::GetAtt":\[)"(\w+)"|\$\{(\w+)/g)].map(
    ([, id, inSub]) => id ?? inSub ?? '',
  );
  return [...found, ...[DependsOn ?? []].flat()];
}

/** All resources that CloudFormation creates before this one. */
function before({ Resources }: CompiledTemplate, id: string, found = new Set<string>()): Set<string> {
  for (const other of references(Resources[id] as TemplateResource)) {
    if (!Resources[other] || found.has(other)) continue;
    found.add(other);
    before({ Resources }, other, found);
  }
  return found;
}

/** Mappings that CloudFormation may create before their function, role or topic. */
function early(template: CompiledTemplate): string[] {
  return resources<Mapping>(template, 'AWS::Lambda::EventSourceMapping').flatMap(([id, { Topics, FunctionName }]) => {
    const [fn] = FunctionName['Fn::GetAtt'];
    const [role] = properties<{ Role: Attribute }>(template, fn).Role['Fn::GetAtt'];
    const topics = [...before(template, id)].map((one) => template.Resources[one]?.Properties?.['TopicName']);
    return [
      ...(before(template, id).has(fn) && before(template, fn).has(role) ? [] : [id]),
      ...Topics.filter((topic) => !topics.includes(topic)).map((topic) => `${id}: ${topic}`),
    ];
  });
}

test.each(Object.entries(templates))(
  '%s: CloudFormation creates topic, role, function and mapping in this order',
  async (_, { stage, params }) => {
    expect(early(await compiledTemplate(stage, params))).toEqual([]);
  },
  PACKAGING_MS,
);

test(
  'finds a mapping that does not wait for its topic',
  async () => {
    const template = await compiledTemplate('dev');
    const spoilt = [
      'ProcessTelemetryIamRoleLambdaExecution',
      'ProcessTelemetryEventSourceMappingMSKMskClusterRawdatatopic',
    ];
    for (const id of spoilt) {
      template.Resources[id] = JSON.parse(
        JSON.stringify(template.Resources[id])
          .replace('{"Ref":"RawDataTopic"}', '"arn:of:raw-data-topic"')
          .replace(',"RawDataTopic"', ''),
      );
    }

    expect(early(template)).toEqual([expect.stringMatching(/^ProcessTelemetry.*: raw-data-topic$/)]);
  },
  PACKAGING_MS,
);
