import { jest } from '@jest/globals';
import { countTooOld } from './too-old.ts';

const saved = { ...process.env };
afterEach(() => {
  process.env = { ...saved };
});

test('the number of alerts that are too old is a metric', () => {
  Object.assign(process.env, { POWERTOOLS_METRICS_DISABLED: 'false', POWERTOOLS_METRICS_NAMESPACE: 'tests' });
  process.env['POWERTOOLS_DEV'] = 'true';
  const log = jest.spyOn(console, 'log').mockReturnValue();

  countTooOld('notifyAlerts')(7);

  const [line] = log.mock.calls.map(([text]) => JSON.parse(String(text)));
  log.mockRestore();
  expect(line).toMatchObject({ service: 'notifyAlerts', AlertsTooOld: 7 });
});
