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

test.each(Object.entries(templates))(
  '%s: CloudFormation creates topic, role, function and mapping in this order',
  async (_, { stage, params }) => {
    const template = await compiledTemplate(stage, params);
    const mappings = resources<Mapping>(template, 'AWS::Lambda::EventSourceMapping');
    expect(mappings).not.toHaveLength(0);

    for (const [id, { Topics, FunctionName }] of mappings) {
      const [fn] = FunctionName['Fn::GetAtt'];
      const [role] = properties<{ Role: Attribute }>(template, fn).Role['Fn::GetAtt'];
      const topics = [...before(template, role)].map((one) => template.Resources[one]?.Properties?.['TopicName']);

      expect([...before(template, id)]).toContain(fn);
      expect([...before(template, fn)]).toContain(role);
      expect(topics).toEqual(expect.arrayContaining(Topics));
    }
  },
  PACKAGING_MS,
);
