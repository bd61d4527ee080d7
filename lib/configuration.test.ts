import { handingBack, number, readConfiguration, text } from './configuration.ts';

describe('readConfiguration', () => {
  const shape = { TRIPS_TABLE: text, SPEED_LIMIT_KMH: number, HANDING_BACK: handingBack };

  test('reads typed values', () => {
    const env = { TRIPS_TABLE: 't', SPEED_LIMIT_KMH: '80', HANDING_BACK: 'throw', OTHER: 'x' };

    expect(readConfiguration(shape, env)).toEqual({ TRIPS_TABLE: 't', SPEED_LIMIT_KMH: 80, HANDING_BACK: 'throw' });
  });

  test('names every variable that is missing or wrong', () => {
    const read = () => readConfiguration(shape, { SPEED_LIMIT_KMH: '', HANDING_BACK: 'maybe' });

    expect(read).toThrow(/TRIPS_TABLE.*SPEED_LIMIT_KMH.*HANDING_BACK.*functions\.yml/s);
  });
});
