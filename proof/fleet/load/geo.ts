/** A point on earth, in degrees. */
export interface Point {
  latitude: number;
  longitude: number;
}

const EARTH_RADIUS_KM = 6371.0088;
const radians = (degrees: number) => (degrees * Math.PI) / 180;
const degrees = (radian: number) => (radian * 180) / Math.PI;

/** The great-circle distance in km, by the haversine formula on the mean radius (IUGG). */
export function distanceKm(from: Point, to: Point): number {
  const latitude = Math.sin(radians(to.latitude - from.latitude) / 2);
  const longitude = Math.sin(radians(to.longitude - from.longitude) / 2);
  const chord = latitude ** 2 + Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * longitude ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/** The point at that share (0 to 1) of the great circle between two points that aren't antipodes. */
export function pointBetween(from: Point, to: Point, share: number): Point {
  const angle = distanceKm(from, to) / EARTH_RADIUS_KM;
  if (angle === 0) return { ...from };
  const near = Math.sin((1 - share) * angle) / Math.sin(angle);
  const far = Math.sin(share * angle) / Math.sin(angle);
  const [a, b] = [toVector(from), toVector(to)];
  const [x, y, z] = [near * a[0] + far * b[0], near * a[1] + far * b[1], near * a[2] + far * b[2]];
  return { latitude: degrees(Math.atan2(z, Math.hypot(x, y))), longitude: degrees(Math.atan2(y, x)) };
}

/** `"lat,lon"` as in the topics; the fifth decimal is about a metre. */
export function toLocation({ latitude, longitude }: Point): string {
  return `${round(latitude, 5)},${round(longitude, 5)}`;
}

/** To that many decimals, without a negative zero. */
export function round(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals + 0;
}

function toVector({ latitude, longitude }: Point): [number, number, number] {
  const [lat, lon] = [radians(latitude), radians(longitude)];
  return [Math.cos(lat) * Math.cos(lon), Math.cos(lat) * Math.sin(lon), Math.sin(lat)];
}
