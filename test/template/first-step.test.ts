import type { CompiledTemplate } from '#msk';
import { firstTemplate, PACKAGING_MS } from './compiled.ts';

let first: CompiledTemplate;
beforeAll(async () => {
  first = await firstTemplate('prod');
}, PACKAGING_MS);

test('the stack is created with a bucket that needs nothing of the rest', () => {
  const { Resources } = first;

  expect(Object.keys(Resources)).toEqual(['ServerlessDeploymentBucket', 'ServerlessDeploymentBucketPolicy']);
  const text = JSON.stringify(Resources);
  const named = [...text.matchAll(/"(?:Ref|Fn::GetAtt|DependsOn)":\[?"(\w+)/g)].map(([, id = '']) => id);
  expect(named.filter((id) => !(id in Resources) && id !== 'AWS')).toEqual([]);
  // Not made with its log, which comes with the whole template.
  expect(Resources['ServerlessDeploymentBucket']?.Properties).not.toHaveProperty('LoggingConfiguration');
});
