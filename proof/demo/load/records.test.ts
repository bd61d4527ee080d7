import { createDemo } from './records.ts';

const make = (seed: number, count: number) => {
  const next = createDemo(seed);
  return Array.from({ length: count }, next);
};

test('the same seed gives the same records', () => {
  expect(make(7, 100)).toEqual(make(7, 100));
  expect(make(7, 100)).not.toEqual(make(8, 100));
});

test('there are keyed and unkeyed records, tombstones, empty ones, binary ones, text and JSON', () => {
  const records = make(7, 100);
  const values = records.map(({ value }) => value);
  const isJson = (value: Buffer | null) => value !== null && /^[[{]/.test(String(value)) && canParse(value);
  const isText = (value: Buffer | null) => value?.equals(Buffer.from(value.toString('utf8'))) === true;
  const kinds = {
    keyed: records.some(({ key }) => key !== null),
    unkeyed: records.some(({ key }) => key === null),
    tombstone: values.includes(null),
    empty: values.some((value) => value?.length === 0),
    json: values.some(isJson),
    text: values.some((value) => isText(value) && !isJson(value) && (value?.length ?? 0) > 0),
    binary: values.some((value) => value !== null && !isText(value)),
  };
  expect(kinds).toEqual(Object.fromEntries(Object.keys(kinds).map((kind) => [kind, true])));
});

function canParse(value: Buffer): boolean {
  try {
    JSON.parse(String(value));
    return true;
  } catch {
    return false;
  }
}
