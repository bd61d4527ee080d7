import type { CompiledTemplate } from '#msk';
import { firstTemplate, PACKAGING_MS } from './compiled.ts';

let first: CompiledTemplate;
beforeAll(async () => {
  first = await firstTemplate('prod');
}, PACKAGING_MS);

test('the first template has only a bucket, and refers to no other resource', () => {
  const { Resources } = first;

  expect(Object.keys(Resources)).toEqual(['ServerlessDeploymentBucket', 'ServerlessDeploymentBucketPolicy']);
  const text = JSON.stringify(Resources);
  const named = [...text.matchAll(/"(?:Ref|Fn::GetAtt|DependsOn)":\[?"(\w+)/g)].map(([, id = '']) => id);
  expect(named.filter((id) => !(id in Resources) && id !== 'AWS')).toEqual([]);
  // The access log needs LogsBucket, which only the complete template has.
  expect(Resources['ServerlessDeploymentBucket']?.Properties).not.toHaveProperty('LoggingConfiguration');
});
