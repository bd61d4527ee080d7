import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entriesAfter, type LogEntry, type Position } from './entries.ts';
import { entryText } from './text.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-entries-'));
  file = join(folder, 'functions.log');
});
afterEach(() => rm(folder, { recursive: true }));

const BEGIN: Position = { offset: 0, time: '1970-01-01T00:00:00.000Z' };
const line = (second: number, fields: object) =>
  `${JSON.stringify({ '@timestamp': `2026-01-15T10:00:0${second}.000Z`, ...fields })}\n`;
const METRICS = `${JSON.stringify({ _aws: { Timestamp: Date.UTC(2026, 0, 15, 10, 0, 5) }, service: 'f', Records: 1 })}\n`;

async function readAll(from = BEGIN) {
  const entries: LogEntry[] = [];
  let position = from;
  for await (const part of entriesAfter(file, from)) {
    entries.push(...part.entries);
    position = part.position;
  }
  return { entries, position };
}

test('a line of a function keeps its fields, without those that ECS repeats; metrics are left out', async () => {
  const own = { message: 'dead letter', 'log.level': 'warn', 'service.name': 'f', 'error.code': 'NOT_JSON' };
  const repeated = {
    level: 'WARN',
    service: 'f',
    timestamp: 't',
    code: 'NOT_JSON',
    reason: 'r',
    function_request_id: 'i',
  };
  await writeFile(file, METRICS + line(1, { ...own, ...repeated }));

  expect((await readAll()).entries).toEqual([
    { offset: METRICS.length, '@timestamp': '2026-01-15T10:00:01.000Z', ...own },
  ]);
});

test('other output has the time of the line before it, also of metrics', async () => {
  await writeFile(file, `begin\n${line(1, { message: 'a' })}at x (y.js)\n\n${METRICS}{not JSON\n`);

  expect((await readAll()).entries.map(({ message, '@timestamp': time }) => [message, time])).toEqual([
    ['begin', BEGIN.time],
    ['a', '2026-01-15T10:00:01.000Z'],
    ['at x (y.js)', '2026-01-15T10:00:01.000Z'],
    ['{not JSON', '2026-01-15T10:00:05.000Z'],
  ]);
});

test('goes on behind the last line, and reads a line only when it is complete', async () => {
  const second = line(2, { message: 'é' });
  await writeFile(file, line(1, { message: 'a' }) + second.slice(0, 50));
  const first = await readAll();
  await appendFile(file, second.slice(50) + line(3, { message: 'c' }));

  expect(first.entries.map(({ message }) => message)).toEqual(['a']);
  const rest = await readAll(first.position);
  expect(rest.entries.map(({ message }) => message)).toEqual(['é', 'c']);
  expect((await readAll(rest.position)).entries).toEqual([]);
});

test('a line of a large log has the offset of its first byte', async () => {
  const many = Array.from({ length: 5_000 }, (_, i) => line(1, { message: `é ${i}` }));
  await writeFile(file, many.join(''));

  const { entries } = await readAll();

  expect(entries).toHaveLength(many.length);
  expect(entries.at(-1)?.offset).toBe(Buffer.byteLength(many.slice(0, -1).join('')));
});

test('a line for people shows what differs from line to line, and no control characters', () => {
  const entry = {
    offset: 7,
    '@timestamp': '2026-01-15T10:00:01.000Z',
    'log.level': 'warn',
    'service.name': 'f',
    message: 'dead\u001b[2J letter',
    'error.code': 'NOT_JSON',
    'error.stack_trace': '    at a\n    at b',
    records: 3,
    function_arn: 'arn',
  };

  expect(entryText(entry)).toBe(
    '2026-01-15T10:00:01.000Z  WARN      f  dead\\u001b[2J letter  error.code=NOT_JSON  records=3\n    at a\n    at b',
  );
});
