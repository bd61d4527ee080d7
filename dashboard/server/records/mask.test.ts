import { record } from '../live/record.fixture.ts';
import { listedRecord, shownRecord } from './shown-record.ts';

const login = {
  user_id: 'u-17',
  ip: '192.0.2.7',
  locale: 'de',
  device: { deviceId: 'd-4', 'IP-Address': ['192.0.2.8'] },
};
const SECRET = /u-17|192\.0\.2|d-4/;

test('personal fields of any spelling and depth are masked, and the others are shown', () => {
  const shown = shownRecord('user-login', 0, record('user-login', login, { key: 'u-17' }), false);

  expect(JSON.stringify(shown)).not.toMatch(SECRET);
  expect(JSON.parse(shown.value)).toMatchObject({ locale: 'de', user_id: '•••' });
});

test.each(['user-login', 'user-login-processed', 'user-login-dlq', 'orders-dlq'])(
  'a value of %s that is not JSON is hidden: nobody knows what is in it',
  (topic) => {
    const shown = shownRecord(topic, 0, record(topic, `${JSON.stringify(login)}x`), false);

    expect(shown.value).not.toMatch(SECRET);
  },
);

test('bytes that are not UTF-8 are hidden too: Avro has the fields as text', () => {
  const avro = { ...record('user-login', null), value: Buffer.concat([Buffer.from([0xff]), Buffer.from('u-17')]) };

  const shown = shownRecord('user-login', 0, avro, false);

  expect(Buffer.from(shown.value.replace(/^base64:/, ''), 'base64').toString()).not.toMatch(SECRET);
});

test('personal headers are masked', () => {
  const own = record('user-login', '{}', { headers: { user_id: 'u-17', source: 'user-login-0-1' } });

  expect(shownRecord('user-login', 0, own, false).headers).toEqual({ user_id: '•••', source: 'user-login-0-1' });
});

test('where asked to reveal, everything is shown', () => {
  const own = record('user-login', login, { key: 'u-17', headers: { user_id: 'u-17' } });

  expect(shownRecord('user-login', 0, own, true)).toMatchObject({
    key: 'u-17',
    value: JSON.stringify(login),
    headers: { user_id: 'u-17' },
  });
});

test('a value without personal fields is shown as it was written', () => {
  const text = '{ "vehicleId": "V1",  "speed": 1.0 }';

  expect(shownRecord('raw-data-topic', 0, record('raw-data-topic', text, { key: 'V1' }), false)).toMatchObject({
    key: 'V1',
    value: text,
  });
});

test('a list cuts a long value; a single record has all of it', () => {
  const long = record('demo_topic', 'x'.repeat(100_000));

  expect(listedRecord('demo_topic', 0, long).value).toHaveLength(2_001);
  expect(shownRecord('demo_topic', 0, long, false).value).toHaveLength(100_000);
});
