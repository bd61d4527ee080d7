/** What the dashboard reads of the API's answers (its description: GET /openapi.json). */
export interface ApiVehicle {
  vehicleId: string;
  latitude: number;
  longitude: number;
  speed?: number;
  eventTime: string;
  source: string;
}

export interface ApiMetric {
  windowStart: string;
  productId: string;
  orderCount: number;
  totalRevenue: number;
}

export interface ApiLogins {
  items: { value: string; logins: number }[];
  others: number;
}

export interface ApiPipeline {
  mappings: {
    function: string;
    topic: string;
    group: string;
    lag: number | null;
    lagSeconds: number | null;
    partitions: {
      partition: number;
      committed: number | null;
      end: number;
      lag: number | null;
      lagSeconds: number | null;
    }[];
  }[];
  topics: { topic: string; end: number; perSecond: number | null }[];
  deadLettersByCause: { function: string; code: string; records: number }[] | null;
}

export interface Page<T> {
  items: T[];
  next?: string;
}

/** An answer as it came. */
export interface ApiAnswer {
  status: number;
  type: string;
  body: string;
}

/** Asks the API: `path` with its query, such as `/vehicles?limit=10`. */
export type AskApi = (path: string) => Promise<ApiAnswer>;

/** The body of a good answer. @throws Error with the API's own words for any other */
export async function read<T>(ask: AskApi, path: string): Promise<T> {
  const { status, body } = await ask(path);
  if (status === 200) return JSON.parse(body) as T;
  throw new Error(`GET ${path.split('?')[0]}: ${status} ${body.slice(0, 200)}`);
}

/** All items of a list, up to a bound: so many pages of 500. */
export async function readAll<T>(ask: AskApi, path: string, mostPages: number): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const query = new URLSearchParams({ limit: '500', ...(cursor !== undefined && { cursor }) });
    const found: Page<T> = await read(ask, `${path}${path.includes('?') ? '&' : '?'}${query.toString()}`);
    items.push(...found.items);
    cursor = found.next;
    if (cursor === undefined) break;
  }
  return items;
}
