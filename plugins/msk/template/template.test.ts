// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is the syntax of Fn::Sub
import type { CompiledTemplate } from '../contract.ts';
import { holds, resolve } from './template.ts';

const template: CompiledTemplate = {
  Parameters: { Stage: { Type: 'String', Default: 'dev' }, Bare: { Type: 'String' } },
  Mappings: { Sizes: { dev: { brokers: 2 }, prod: { brokers: 3 } } },
  Conditions: {
    IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
    IsDev: { 'Fn::Not': [{ Condition: 'IsProd' }] },
    Both: { 'Fn::And': [{ Condition: 'IsProd' }, { Condition: 'IsDev' }] },
    Either: { 'Fn::Or': [{ Condition: 'IsProd' }, { Condition: 'IsDev' }] },
  },
  Resources: {},
};
const references = {
  Bucket: { Ref: 'archive', Arn: 'arn:aws:s3:::archive' },
  Db: { Ref: 'db', 'Endpoint.Port': 5432 },
};
const context = { template, references };

describe('resolve', () => {
  test.each([
    ['plain values', { a: [1, 'x', null, true] }, { a: [1, 'x', null, true] }],
    ['a resource by Ref', { Ref: 'Bucket' }, 'archive'],
    ['a parameter by its default', { Ref: 'Stage' }, 'dev'],
    ['a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['an attribute', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, 'arn:aws:s3:::archive'],
    ['an attribute in short form', { 'Fn::GetAtt': 'Db.Endpoint.Port' }, 5432],
    ['a nested attribute', { 'Fn::GetAtt': ['Db', 'Endpoint.Port'] }, 5432],
    [
      'a substitution',
      { 'Fn::Sub': '${Bucket}/${Db.Endpoint.Port}/${AWS::Partition}/${!Kept}' },
      'archive/5432/aws/${Kept}',
    ],
    ['a substitution with variables', { 'Fn::Sub': ['${A}-${Stage}', { A: { Ref: 'Bucket' } }] }, 'archive-dev'],
    ['a join', { 'Fn::Join': ['/', ['a', { Ref: 'Stage' }]] }, 'a/dev'],
    ['a join of a computed list', { 'Fn::Join': ['+', { 'Fn::Split': [',', 'a,b'] }] }, 'a+b'],
    ['a selection', { 'Fn::Select': ['1', { 'Fn::Split': ['-', 'a-b-c'] }] }, 'b'],
    ['base64', { 'Fn::Base64': { Ref: 'Stage' } }, 'ZGV2'],
    ['the availability zones', { 'Fn::GetAZs': '' }, ['us-east-1a', 'us-east-1b', 'us-east-1c']],
    [
      'the availability zones of a region',
      { 'Fn::GetAZs': { Ref: 'AWS::Region' } },
      ['us-east-1a', 'us-east-1b', 'us-east-1c'],
    ],
    ['a value of a map', { 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'brokers'] }, 2],
    ['the branch of a condition', { 'Fn::If': ['IsProd', 'big', { Ref: 'Stage' }] }, 'dev'],
    ['an object without AWS::NoValue', { a: { Ref: 'AWS::NoValue' }, b: 1 }, { b: 1 }],
    ['a list without AWS::NoValue', [{ 'Fn::If': ['IsProd', 1, { Ref: 'AWS::NoValue' }] }, 2], [2]],
    ['undefined for AWS::NoValue alone', { Ref: 'AWS::NoValue' }, undefined],
    ['a nested value', { a: [{ b: { 'Fn::Sub': '${Stage}' } }] }, { a: [{ b: 'dev' }] }],
    ['an object with one property', { Condition: { StringEquals: 'x' } }, { Condition: { StringEquals: 'x' } }],
  ])('gives %s', (_, value, expected) => {
    expect(resolve(value, context)).toEqual(expected);
  });

  test('does not evaluate the other branch of Fn::If', () => {
    expect(resolve({ 'Fn::If': ['IsProd', { Ref: 'Nothing' }, 1] }, context)).toBe(1);
  });

  test('parameters and pseudo parameters override the defaults', () => {
    const overridden = { ...context, parameters: { Stage: 'prod' }, pseudo: { 'AWS::Region': 'eu-west-1' } };

    expect(resolve({ 'Fn::Sub': '${Stage} ${AWS::Region}' }, overridden)).toBe('prod eu-west-1');
    expect(holds('IsProd', overridden)).toBe(true);
  });

  test.each([
    [{ Ref: 'Nothing' }, 'Ref Nothing'],
    [{ Ref: 'Bare' }, 'Ref Bare'],
    [{ Ref: 'constructor' }, 'Ref constructor'],
    [{ 'Fn::GetAtt': ['Bucket', 'Nothing'] }, 'Fn::GetAtt Bucket.Nothing'],
    [{ 'Fn::Sub': 'x ${Nothing}' }, 'Ref Nothing'],
    [{ 'Fn::FindInMap': ['Sizes', 'stage', 'brokers'] }, 'Sizes.stage.brokers'],
    [{ 'Fn::If': ['Nothing', 1, 2] }, 'Condition Nothing'],
    [{ 'Fn::Select': [3, ['a']] }, 'no item 3'],
    [{ 'Fn::ImportValue': 'x' }, 'Fn::ImportValue is not supported'],
    [{ 'Fn::Join': 'a' }, 'Fn::Join takes a list'],
  ])('names the unknown part of %j', (value, message) => {
    expect(() => resolve(value, context)).toThrow(message);
  });
});

test.each([
  ['IsProd', false],
  ['IsDev', true],
  ['Both', false],
  ['Either', true],
])('condition %s is %s', (name, expected) => {
  expect(holds(name, context)).toBe(expected);
});
