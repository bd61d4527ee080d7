import type { CompiledTemplate } from '#msk';

/** A route of the template's HTTP API. */
export interface ApiRoute {
  /** `GET /vehicles/{vehicleId}` */
  readonly routeKey: string;
  readonly functionLogicalId: string;
}

interface Properties {
  RouteKey?: string;
  Target?: { 'Fn::Join'?: [separator: string, parts: [text: string, integration: { Ref: string }]] };
  IntegrationUri?: { 'Fn::GetAtt'?: [logicalId: string, attribute: string] };
}

/**
 * The routes of a compiled template, as the framework makes them of `httpApi` events: route, integration, function.
 * @throws Error for a route with another target
 */
export function apiRoutesOf({ Resources }: CompiledTemplate): ApiRoute[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Route')
    .map(([logicalId, { Properties }]) => {
      const { RouteKey = '', Target } = Properties as Properties;
      const integration = Resources[Target?.['Fn::Join']?.[1][1].Ref ?? '']?.Properties as Properties | undefined;
      const functionLogicalId = integration?.IntegrationUri?.['Fn::GetAtt']?.[0];
      if (functionLogicalId === undefined) throw new Error(`${logicalId} leads to no function of this template`);
      return { routeKey: RouteKey, functionLogicalId };
    });
}
