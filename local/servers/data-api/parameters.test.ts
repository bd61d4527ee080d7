import { bindParameters } from './parameters.ts';
import type { SqlParameter } from './requests.ts';

const bound = (parameter: Omit<SqlParameter, 'name'>) => bindParameters([{ name: 'v', ...parameter }]).get('v');

test.each<[parameter: Omit<SqlParameter, 'name'>, type: string | undefined, value: unknown]>([
  [{ value: { stringValue: '' } }, 'text', ''],
  [{ value: { longValue: 0 } }, 'bigint', '0'],
  [{ value: { doubleValue: 'NaN' } }, 'double precision', 'NaN'],
  [{ value: { booleanValue: false } }, 'boolean', 'false'],
  [{ value: { blobValue: 'AP8=' } }, 'bytea', Buffer.from([0, 255])],
  [{ value: { isNull: true } }, undefined, null],
  [{ value: { isNull: true }, typeHint: 'UUID' }, 'uuid', null],
  [{ value: { isNull: false, stringValue: 'x' } }, 'text', 'x'],
  [{ value: { stringValue: '2026-11-21' }, typeHint: 'DATE' }, 'date', '2026-11-21'],
  [{ value: { stringValue: '2026-11-21 08:00:00.5' }, typeHint: 'TIMESTAMP' }, 'timestamp', '2026-11-21 08:00:00.5'],
  [{ value: { stringValue: '{}' }, typeHint: 'JSON' }, 'json', '{}'],
])('%j', (parameter, type, value) => {
  expect(bound(parameter)).toEqual({ type, value });
});

test.each<[why: RegExp, parameters: SqlParameter[]]>([
  [/no name/, [{ value: { longValue: 1 } }]],
  [/Duplicate parameter: v/, Array.from({ length: 2 }, () => ({ name: 'v', value: { longValue: 1 } }))],
  [/v has no value/, [{ name: 'v' }]],
  [/v has no value/, [{ name: 'v', value: { isNull: false } }]],
  [/Array parameters are not supported/, [{ name: 'v', value: { arrayValue: { longValues: [1] } } }]],
  [/hint TIME/, [{ name: 'v', value: { stringValue: '8:00' }, typeHint: 'TIME' }]],
  [/Unknown typeHint: constructor/, [{ name: 'v', value: { stringValue: 'x' }, typeHint: 'constructor' }]],
])('refused: %s', (why, parameters) => {
  expect(() => bindParameters(parameters)).toThrow(why);
});
