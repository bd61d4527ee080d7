import { mappingsText } from '#functions/api/pipeline/mappings.ts';
import type { CompiledTemplate } from '#msk';
import { type LambdaFunction, mappings } from './functions.ts';
import { first, properties, type Rule, resources } from './rule.ts';

interface Route {
  RouteKey: string;
  AuthorizationType?: string;
}

interface Stage {
  DefaultRouteSettings?: { ThrottlingRateLimit?: number };
  AccessLogSettings?: { Format: string };
}

const stage = (template: CompiledTemplate) => first<Stage>(template, 'AWS::ApiGatewayV2::Stage');
const reader = (template: CompiledTemplate) => properties<LambdaFunction>(template, 'ReadPipelineLambdaFunction');

export const apiRules: Rule[] = [
  {
    name: 'every route of the HTTP API only reads, and answers only signed requests',
    source: 'docs/api.md; API Gateway guide, "Control access to HTTP APIs with IAM authorization"',
    check: (template) =>
      resources<Route>(template, 'AWS::ApiGatewayV2::Route')
        .filter(([, route]) => route.AuthorizationType !== 'AWS_IAM' || !route.RouteKey.startsWith('GET /'))
        .map(([id, { RouteKey, AuthorizationType }]) => `${id}: ${RouteKey} with ${AuthorizationType}`),
    spoil: (template) => {
      first<Route>(template, 'AWS::ApiGatewayV2::Route').AuthorizationType = 'NONE';
    },
  },
  {
    name: 'the HTTP API is throttled, and its access log has no parameter of a request',
    source: 'docs/api.md; API Gateway guide, "Throttle requests to your HTTP APIs", "Customize HTTP API access logs"',
    check: (template) => {
      const { DefaultRouteSettings, AccessLogSettings } = stage(template);
      const format = AccessLogSettings?.Format ?? '';
      return [
        ...(DefaultRouteSettings?.ThrottlingRateLimit ? [] : ['HttpApiStage has no ThrottlingRateLimit']),
        ...(format === '' ? ['HttpApiStage has no access log'] : []),
        ...(/\$context\.(?:path|request\.|identity\.sourceIp)/.exec(format) ?? []),
      ];
    },
    spoil: (template) => {
      stage(template).DefaultRouteSettings = {};
    },
  },
  {
    name: 'the HTTP API knows every mapping',
    source: 'docs/api.md, "The lag"',
    check: (template) => {
      const known = mappingsText
        .parse(reader(template).Environment.Variables['MAPPINGS'])
        .map(({ topic, group }) => `${group} of ${topic}`);
      const all = mappings(template).map(
        ([, { Topics, AmazonManagedKafkaEventSourceConfig: config }]) => `${config?.ConsumerGroupId} of ${Topics[0]}`,
      );
      return [
        ...all.filter((one) => !known.includes(one)).map((one) => `ReadPipeline does not know ${one}`),
        ...known.filter((one) => !all.includes(one)).map((one) => `ReadPipeline knows ${one}, which does not exist`),
      ];
    },
    spoil: (template) => {
      reader(template).Environment.Variables['MAPPINGS'] = '{"processOrder":["orders"]}';
    },
  },
];
