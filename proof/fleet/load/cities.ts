/** A city's centre in degrees, and the region whose roads connect it with the others of that region. */
export interface City {
  name: string;
  region: 'Europe' | 'India' | 'North America' | 'East Asia' | 'South America' | 'Australia';
  latitude: number;
  longitude: number;
}

const ROWS: Record<City['region'], [name: string, latitude: number, longitude: number][]> = {
  Europe: [
    ['Munich', 48.137, 11.575],
    ['Berlin', 52.52, 13.405],
    ['Hamburg', 53.551, 9.994],
    ['Cologne', 50.938, 6.96],
    ['Frankfurt', 50.11, 8.682],
    ['Vienna', 48.208, 16.373],
    ['Prague', 50.076, 14.438],
    ['Warsaw', 52.23, 21.012],
    ['Budapest', 47.498, 19.04],
    ['Zurich', 47.377, 8.541],
    ['Milan', 45.464, 9.19],
    ['Rome', 41.903, 12.496],
    ['Paris', 48.857, 2.352],
    ['Lyon', 45.764, 4.836],
    ['Brussels', 50.85, 4.352],
    ['Amsterdam', 52.368, 4.904],
    ['Barcelona', 41.385, 2.173],
    ['Madrid', 40.417, -3.704],
    ['Copenhagen', 55.676, 12.568],
  ],
  India: [
    ['Bengaluru', 12.97, 77.59],
    ['Chennai', 13.083, 80.27],
    ['Hyderabad', 17.385, 78.487],
    ['Mumbai', 19.076, 72.878],
    ['Pune', 18.52, 73.857],
    ['Delhi', 28.614, 77.209],
    ['Jaipur', 26.912, 75.787],
    ['Ahmedabad', 23.023, 72.571],
    ['Kolkata', 22.573, 88.364],
    ['Kochi', 9.931, 76.267],
  ],
  'North America': [
    ['New York', 40.713, -74.006],
    ['Chicago', 41.878, -87.63],
    ['Toronto', 43.653, -79.383],
    ['Atlanta', 33.749, -84.388],
    ['Dallas', 32.777, -96.797],
    ['Denver', 39.739, -104.99],
    ['Los Angeles', 34.052, -118.244],
    ['Seattle', 47.606, -122.332],
  ],
  'East Asia': [
    ['Tokyo', 35.676, 139.65],
    ['Osaka', 34.694, 135.502],
    ['Nagoya', 35.181, 136.906],
  ],
  'South America': [
    ['São Paulo', -23.551, -46.633],
    ['Rio de Janeiro', -22.907, -43.173],
    ['Belo Horizonte', -19.917, -43.934],
  ],
  Australia: [
    ['Sydney', -33.869, 151.209],
    ['Melbourne', -37.814, 144.963],
    ['Adelaide', -34.929, 138.601],
  ],
};

/** Real cities on all sides of the equator and of Greenwich, so that coordinates with every sign occur. */
export const CITIES: readonly City[] = Object.entries(ROWS).flatMap(([region, rows]) =>
  rows.map(([name, latitude, longitude]) => ({ name, region: region as City['region'], latitude, longitude })),
);

/** The other cities of the city's region. */
export function citiesReachableFrom(city: City): City[] {
  return CITIES.filter((other) => other.region === city.region && other !== city);
}
