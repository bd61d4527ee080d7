import type { MskEventDefinition } from '../serverless.ts';
import { maximumPollersByDefault } from '../template/mapping.ts';

/** An `msk` event of the service, with the mapping that it compiles to. */
export interface DeclaredEvent {
  functionKey: string;
  definition: MskEventDefinition;
  /** Logical id of its AWS::Lambda::EventSourceMapping. */
  logicalId: string;
  /** The function's timeout in seconds. */
  timeout?: unknown;
}

export function nameOf({ functionKey, definition }: DeclaredEvent): string {
  return `Function "${functionKey}", msk event on topic "${definition.topic}"`;
}

const minimumPollersByDefault = 1;

export function pollersOf({ provisionedPollerConfig }: MskEventDefinition): [minimum: number, maximum: number] {
  const { minimumPollers, maximumPollers } = provisionedPollerConfig ?? {};
  return [Number(minimumPollers ?? minimumPollersByDefault), Number(maximumPollers ?? maximumPollersByDefault)];
}
