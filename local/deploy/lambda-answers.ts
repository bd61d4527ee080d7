import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { MappingSwitch } from '#msk';
import type { Answers, Asked } from './refuse-aws.ts';

const PLACE = '/2015-03-31/event-source-mappings';
/** Of a list's page, as on AWS. */
const MOST_ITEMS = 100;

const update = z.strictObject({ Enabled: z.boolean().optional(), FunctionName: z.string().optional() });

/**
 * The local answers of Lambda's API to `ListEventSourceMappings`, `GetEventSourceMapping`, and
 * `UpdateEventSourceMapping` with `Enabled`. Other properties of a mapping can't be changed in a run.
 * @param mappings those of the run; none before polling begins
 */
export function lambdaAnswers(mappings: () => readonly MappingSwitch[]): Answers {
  return {
    [`GET ${PLACE}`]: ({ query }) => list(mappings(), query),
    [`GET ${PLACE}/*`]: (asked) => withMapping(mappings(), asked, (found) => ({ status: 200, body: shown(found) })),
    [`PUT ${PLACE}/*`]: (asked) => withMapping(mappings(), asked, (found) => change(found, asked.body)),
  };
}

/** The same in each run of a template, because it is derived from the mapping's logical id. */
export function uuidOf(logicalId: string): string {
  const hex = createHash('sha256').update(logicalId).digest('hex');
  // Version 8 and the variant of RFC 9562: a UUID whose bits are the application's own.
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

function list(mappings: readonly MappingSwitch[], query: URLSearchParams) {
  const [name, source] = [query.get('FunctionName'), query.get('EventSourceArn')];
  const found = mappings.filter(
    ({ mapping: { functionArn, eventSourceArn } }) =>
      (name === null || functionArn === name || functionArn.endsWith(`:${name}`)) &&
      (source === null || eventSourceArn === source),
  );
  const from = Number(query.get('Marker') ?? 0);
  const next = from + Math.min(Number(query.get('MaxItems') ?? MOST_ITEMS), MOST_ITEMS);
  if (!(from >= 0 && next > from)) return fault(400, 'InvalidParameterValueException', 'Marker or MaxItems is wrong');
  const body = {
    EventSourceMappings: found.slice(from, next).map(shown),
    ...(next < found.length && { NextMarker: String(next) }),
  };
  return { status: 200, body };
}

function withMapping(
  mappings: readonly MappingSwitch[],
  { path }: Asked,
  then: (found: MappingSwitch) => { status: number; body: object },
) {
  const uuid = path.split('/').at(-1);
  const found = mappings.find(({ mapping }) => uuidOf(mapping.logicalId) === uuid);
  return found === undefined
    ? fault(404, 'ResourceNotFoundException', 'The resource you requested does not exist.')
    : then(found);
}

function change(mapping: MappingSwitch, body: unknown) {
  const { data } = update.safeParse(body);
  if (data === undefined)
    return fault(400, 'InvalidParameterValueException', 'a local run can change Enabled only: true or false');
  if (data.Enabled !== undefined && !mapping.switch(data.Enabled)) {
    const { state } = mapping.status;
    return fault(
      400,
      'ResourceInUseException',
      `Cannot update the event source mapping because it is in use: it is ${state}.`,
    );
  }
  return { status: 202, body: shown(mapping) };
}

/** As EventSourceMappingConfiguration, with what a local run knows. */
function shown({ mapping, status, modified }: MappingSwitch) {
  return {
    UUID: uuidOf(mapping.logicalId),
    BatchSize: mapping.batchSize,
    MaximumBatchingWindowInSeconds: mapping.windowMilliseconds / 1000,
    EventSourceArn: mapping.eventSourceArn,
    FunctionArn: mapping.functionArn,
    Topics: [status.topic],
    AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: status.group },
    LastModified: modified.getTime() / 1000,
    LastProcessingResult: status.lastError === undefined ? 'OK' : `PROBLEM: ${status.lastError}`,
    State: status.state,
    StateTransitionReason: 'USER_INITIATED',
  };
}

function fault(status: number, type: string, message: string) {
  return { status, body: { __type: type, Type: 'User', Message: message, message } };
}
