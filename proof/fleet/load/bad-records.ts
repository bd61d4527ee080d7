import type { SpoilCause } from '../../load/spoiler.ts';
import type { Reading } from './readings.ts';

/** A way to spoil a reading. */
export interface BadRecord extends SpoilCause {
  /** @param time the record's Kafka timestamp, ms since the epoch */
  value(reading: Reading, time: number): Buffer | null;
}

const LARGE_BYTES = 1_000_000;
const AHEAD_MS = 10 * 60_000;
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

/**
 * Every cause of bad telemetry, with the code of its dead letter. A generator takes them in turn.
 * Where a record breaks several rules, the rule that the pipeline must check first counts: bytes, text, JSON, fields.
 */
export const BAD_RECORDS: readonly BadRecord[] = [
  { cause: 'null value', code: 'NULL_VALUE', value: () => null },
  { cause: 'invalid UTF-8', code: 'NOT_UTF8', value: (reading) => spoilUtf8(json(reading)) },
  { cause: 'not JSON', code: 'NOT_JSON', value: (reading) => json(reading).subarray(0, -2) },
  { cause: 'JSON array', code: 'NOT_AN_OBJECT', value: (reading) => json([reading]) },
  { cause: 'JSON null', code: 'NOT_AN_OBJECT', value: () => Buffer.from('null') },
  { cause: 'vehicleId missing', code: 'SCHEMA', value: (reading) => json({ ...reading, vehicleId: undefined }) },
  { cause: 'location out of range', code: 'LOCATION', value: (reading) => json({ ...reading, location: '91,181' }) },
  { cause: 'speed in words', code: 'SCHEMA', value: (reading) => json({ ...reading, speed: 'fast' }) },
  { cause: '__proto__ keys', code: 'SCHEMA', value: (reading) => hideInPrototype(reading) },
  {
    cause: 'timestamp in the future',
    code: 'FUTURE_TIMESTAMP',
    value: (reading, time) => json({ ...reading, timestamp: new Date(time + AHEAD_MS).toISOString() }),
  },
  // A string where a number belongs, so that the value is bad for any size limit.
  { cause: '1 MB value', code: 'TOO_LARGE', value: (reading) => padSpeed(reading), large: true },
  {
    cause: 'lone surrogate in vehicleId',
    code: 'SCHEMA',
    value: (reading) => json({ ...reading, vehicleId: `${reading.vehicleId}\ud800` }),
  },
  {
    cause: 'U+0000 in vehicleId',
    code: 'SCHEMA',
    value: (reading) => json({ ...reading, vehicleId: `${reading.vehicleId}\u0000` }),
  },
];

/** Puts a byte that is never valid in UTF-8 into a string of good JSON. */
function spoilUtf8(value: Buffer): Buffer {
  value[value.indexOf('"', value.indexOf(':')) + 1] = 0xff;
  return value;
}

/**
 * Only `__proto__` has the vehicleId, where a careless merge would find it. As text: a literal would set the prototype.
 */
function hideInPrototype({ vehicleId, ...rest }: Reading): Buffer {
  return Buffer.from(`{"__proto__":${JSON.stringify({ vehicleId })},${JSON.stringify(rest).slice(1)}`);
}

function padSpeed(reading: Reading): Buffer {
  const bytes = json({ ...reading, speed: '' }).length;
  return json({ ...reading, speed: 'x'.repeat(LARGE_BYTES - bytes) });
}
