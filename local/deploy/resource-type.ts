import type { Admin } from 'kafkajs';
import { LOCAL_REGION } from './servers.ts';

export const ACCOUNT = '000000000000';

/** The values of Ref and Fn::GetAtt for a resource; a nested attribute has a name with dots. */
export type Attributes = { Ref: string } & Record<string, string>;

/** Where a resource is created. */
export interface Target {
  /** of the server that the type's description belongs to */
  endpoint: string;
  /** of the local brokers */
  admin: Admin;
}

/** How resources of a CloudFormation type exist locally. */
export interface ResourceType {
  /** Known before the resource is created, because physical names come from logical ids. */
  attributes(name: string, properties: Record<string, unknown>): Attributes;
  /** Creates the resource from its resolved properties. Doesn't change one that an earlier run has created. */
  create?(name: string, properties: Record<string, never>, target: Target): Promise<void>;
}

export const arn = (service: string, rest: string) => `arn:aws:${service}:${LOCAL_REGION}:${ACCOUNT}:${rest}`;
