import { geoMercator, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { WORLD } from '../live/mercator.ts';

/** A country's outline in the map's units, with the box around it. */
export interface Country {
  path: Path2D;
  west: number;
  north: number;
  east: number;
  south: number;
}

export type Detail = '110m' | '50m';

const SLICE_MS = 12;
const loaded = new Map<Detail, Country[]>();

/** The countries, as far as they are there; the first call loads them. @param onLoad is called when there are more */
export function countries(detail: Detail, onLoad: () => void): readonly Country[] {
  const known = loaded.get(detail);
  if (known !== undefined) return known;
  loaded.set(detail, []);
  // Without the outlines the vehicles are still there, so an error leaves the map as it is.
  void load(detail).then(onLoad, () => loaded.delete(detail));
  return [];
}

async function load(detail: Detail): Promise<void> {
  const response = await fetch(`/assets/countries-${detail}.json`);
  const topology = (await response.json()) as Topology<{ countries: GeometryCollection }>;
  const projection = geoMercator()
    .scale(WORLD / (2 * Math.PI))
    .translate([WORLD / 2, WORLD / 2]);
  const found: Country[] = [];
  let began = performance.now();
  for (const geometry of topology.objects.countries.geometries) {
    const shape = feature(topology, geometry);
    const path = new Path2D();
    geoPath(projection, path as unknown as CanvasRenderingContext2D)(shape);
    const [[west, north], [east, south]] = geoPath(projection).bounds(shape);
    found.push({ path, west, north, east, south });
    if (performance.now() - began > SLICE_MS) {
      await new Promise((resolve) => setTimeout(resolve));
      began = performance.now();
    }
  }
  loaded.set(detail, found);
}
