import { PermanentError } from '#lib/errors.ts';

/** WGS 84, in degrees. */
export interface Location {
  latitude: number;
  longitude: number;
}

/** A decimal number as programs write it: `51.4779`, `-5e-7`, `+.5`, `12.`, with any number of digits. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const EARTH_RADIUS_KM = 6371.0088;

/**
 * Reads "lat,lon" in decimal degrees, each number in any notation, with or without spaces around it.
 * @param field the name of the field, for the message
 * @throws PermanentError LOCATION where the text is not a pair of numbers, or not a place on Earth
 */
export function parseLocation(text: string, field = 'location'): Location {
  const comma = text.indexOf(',');
  const latitude = degrees(text.slice(0, Math.max(0, comma)));
  const longitude = degrees(text.slice(comma + 1));
  if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return { latitude, longitude };
  throw new PermanentError('LOCATION', `${field}: not "lat,lon" within ±90 and ±180 degrees`);
}

function degrees(text: string): number {
  const number = text.trim();
  return NUMBER.test(number) ? Number(number) : Number.NaN;
}

/** Great-circle distance in km by the haversine formula, on a sphere of the mean Earth radius (IUGG R1). */
export function distanceKm(from: Location, to: Location): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const half = (a: number, b: number) => Math.sin(radians(b - a) / 2) ** 2;
  const h =
    half(from.latitude, to.latitude) +
    Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * half(from.longitude, to.longitude);
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}
