import { alertsOf } from './alerts.ts';
import { toReading } from './readings.ts';

const PLACE = { vehicleId: 'V123', location: '12.97,77.59', timestamp: '2026-01-15T10:00:00Z' };

test.each([
  [{ speed: 80 }, []],
  [{ speed: 80.1 }, ['Speeding']],
  [{ fuelLevel: 15 }, []],
  [{ fuelLevel: 14.9 }, ['LowFuel']],
  [{ fuelLevel: 0 }, ['LowFuel']],
  [{ temperature: -10 }, []],
  [{ temperature: -10.1 }, ['Temperature']],
  [{ temperature: 40 }, []],
  [{ temperature: 40.1 }, ['Temperature']],
  [{}, []],
  [{ speed: 85, fuelLevel: 5, temperature: 50 }, ['Speeding', 'LowFuel', 'Temperature']],
])('%j raises %j', (fields, alerts) => {
  expect(alertsOf({ ...PLACE, ...fields })).toEqual(alerts);
});

test('a reading has one decimal, and only the measured fields', () => {
  const measured = { vehicleId: 'V001', time: 0, latitude: 48.1234567, longitude: 11.5, speed: 80.04 };
  expect(toReading(measured)).toEqual({
    vehicleId: 'V001',
    location: '48.12346,11.5',
    speed: 80,
    timestamp: '1970-01-01T00:00:00.000Z',
  });
});
