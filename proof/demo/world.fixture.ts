import { createManifest, goodMark } from '../load/manifest.ts';
import { createLog, headersOf, type Part } from '../log.fixture.ts';
import { nameOf } from '../world.ts';
import { DEMO } from './places.ts';

/** Text with a key, JSON, bytes, and a tombstone. */
const VALUES = [Buffer.from('Hello MSK'), Buffer.from('{"a":[1]}'), Buffer.from([0xff, 0xfe]), null];

export function demoPart(start: number, run: number): Part<'demo'> {
  const log = createLog();
  const manifest = createManifest(7, run, []);
  const part: Part<'demo'> = {
    records: log.records,
    rds: { records: [] },
    dynamodb: { records: [] },
    generator: { manifest, causes: [] },
    facts: {},
  };
  for (const [i, value] of VALUES.entries()) {
    const key = i === 0 ? Buffer.from('k') : null;
    const headers = headersOf({ generated: `demo-${run}/${i}` });
    const record = log.append(DEMO, i % 2, start + i, { key, value, headers });
    const { topic, partition, offset, timestamp } = record;
    manifest.acknowledge(topic, partition, offset, goodMark());
    const isJson = i === 1;
    const bytes = i === 2 ? value : null;
    part.rds.records.push({
      source: nameOf(record),
      topic,
      partition,
      offset: String(offset),
      timestamp: new Date(timestamp),
      key_text: key?.toString() ?? null,
      key_bytes: null,
      value_json: isJson ? '{"a": [1]}' : null,
      value_text: isJson || bytes ? null : (value?.toString() ?? null),
      value_bytes: bytes,
    });
    part.dynamodb.records.push({
      topicPartition: `${topic}-${partition}`,
      offset,
      timestamp,
      ...(key && { key: key.toString() }),
      ...(value && (bytes ? { valueBytes: bytes } : { value: value.toString() })),
    });
  }
  return part;
}
