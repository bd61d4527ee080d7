import { setTimeout as sleep } from 'node:timers/promises';
import {
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  paginateListEventSourceMappings,
  ResourceInUseException,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { UsageError } from '../command.ts';
import type { Lambda } from './client.ts';

/** An event source mapping as Lambda's API tells it. */
export interface Listed {
  readonly uuid: string;
  /** the function's key in the service */
  readonly function: string;
  readonly topic: string;
  readonly group: string;
  /** Enabled, Disabled, Enabling, Disabling; on AWS also Creating, Updating and Deleting */
  readonly state: string;
  readonly lastResult: string;
}

/** The service's mappings, in the order of their functions and topics. */
export async function listMappings({ client, prefix }: Lambda): Promise<Listed[]> {
  const found: Listed[] = [];
  for await (const { EventSourceMappings = [] } of paginateListEventSourceMappings({ client }, {})) {
    for (const configuration of EventSourceMappings) {
      const own = listedOf(configuration, prefix);
      if (own !== undefined) found.push(own);
    }
  }
  return found.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

/**
 * The mappings of a function; of a topic, where one is given.
 * @throws UsageError that names what there is
 */
export function chosen(all: readonly Listed[], name: string, topic: string | undefined): Listed[] {
  const ofFunction = all.filter((mapping) => mapping.function === name || mapping.uuid === name);
  if (ofFunction.length === 0) {
    const names = [...new Set(all.map((mapping) => mapping.function))];
    throw new UsageError(`no mapping of a function "${name}"; there are mappings of ${names.join(', ')}`);
  }
  const found = ofFunction.filter((mapping) => topic === undefined || mapping.topic === topic);
  if (found.length === 0)
    throw new UsageError(`${name} doesn't read "${topic}", but ${ofFunction.map((own) => own.topic).join(', ')}`);
  return found;
}

export interface Switching {
  readonly signal: AbortSignal;
  /** ms between two questions */
  readonly pauseMs?: number;
}

/**
 * Switches a mapping, and waits until it is done: a mapping is Disabled when its batches in flight are committed. While
 * an earlier change isn't complete, Lambda refuses the switch; then it is asked again.
 * @returns false if the mapping was in that state before
 * @throws Error at the signal
 */
export async function switchMapping(
  { client }: Lambda,
  { uuid }: Pick<Listed, 'uuid'>,
  enabled: boolean,
  { signal, pauseMs = 500 }: Switching,
): Promise<boolean> {
  const wanted = enabled ? 'Enabled' : 'Disabled';
  let asked = false;
  for (;;) {
    signal.throwIfAborted();
    const { State: state } = await client.send(new GetEventSourceMappingCommand({ UUID: uuid }));
    if (state === wanted) return asked;
    if (!asked && (state === 'Enabled' || state === 'Disabled')) {
      try {
        await client.send(new UpdateEventSourceMappingCommand({ UUID: uuid, Enabled: enabled }));
        asked = true;
      } catch (error) {
        if (!(error instanceof ResourceInUseException)) throw error;
      }
    }
    await sleep(pauseMs, undefined, { signal });
  }
}

export const nameOf = ({ function: name, topic }: Listed): string => `${name} ${topic}`;

/** @returns undefined for a mapping of another service or stage, or of no topic */
function listedOf(configuration: EventSourceMappingConfiguration, prefix: string): Listed | undefined {
  const { UUID: uuid = '', FunctionArn = '', Topics, State: state = '', LastProcessingResult = '' } = configuration;
  // arn:aws:lambda:REGION:ACCOUNT:function:NAME, and an alias or version behind it
  const name = FunctionArn.split(':')[6] ?? '';
  const topic = Topics?.[0];
  if (!name.startsWith(prefix) || topic === undefined) return undefined;
  return {
    uuid,
    function: name.slice(prefix.length),
    topic,
    group: configuration.AmazonManagedKafkaEventSourceConfig?.ConsumerGroupId ?? uuid,
    state,
    lastResult: LastProcessingResult,
  };
}
