/** The side of the square that is the world on the map, in the map's own units. */
export const WORLD = 4096;
/** Web Mercator ends here, so that the world is a square. */
const NORTHMOST = 85.0511;

/** Web Mercator, as d3-geo's geoMercator projects it; by hand, because it is called for each move of a vehicle. */
export function mercator(longitude: number, latitude: number): { x: number; y: number } {
  const phi = (Math.max(-NORTHMOST, Math.min(NORTHMOST, latitude)) * Math.PI) / 180;
  return {
    x: ((longitude + 180) / 360) * WORLD,
    y: WORLD / 2 - (Math.log(Math.tan(Math.PI / 4 + phi / 2)) * WORLD) / (2 * Math.PI),
  };
}
