import type { CompiledTemplate } from '#msk';
import { apiRoutesOf } from './routes.ts';

const template = (target: unknown): CompiledTemplate => ({
  Resources: {
    Route: { Type: 'AWS::ApiGatewayV2::Route', Properties: { RouteKey: 'GET /things/{id}', Target: target } },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: { IntegrationUri: { 'Fn::GetAtt': ['ReadLambdaFunction', 'Arn'] } },
    },
    ReadLambdaFunction: { Type: 'AWS::Lambda::Function' },
  },
});

test('finds the function of each route', () => {
  expect(apiRoutesOf(template({ 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] }))).toEqual([
    { routeKey: 'GET /things/{id}', functionLogicalId: 'ReadLambdaFunction' },
  ]);
});

test.each([undefined, 'integrations/abc', { 'Fn::Join': ['/', ['integrations', { Ref: 'Other' }]] }])(
  'a route with another target is an error that names it: %j',
  (target) => {
    expect(() => apiRoutesOf(template(target))).toThrow('Route leads to no function of this template');
  },
);
