import type { AlertItem } from '../../contract.ts';
import { alertItem, type StoredAlert } from '../../stored-alert.ts';
import { ask } from './ask.ts';
import { mercator } from './mercator.ts';

/** A page of a list of the API (functions/api). */
interface Listed<T> {
  items: T[];
  next?: string;
}

/** A vehicle as the API has it. */
export interface StoredVehicle {
  vehicle: Record<string, unknown>;
  trip: Record<string, unknown> | null;
}

/** How long a track is, and the most pages that are asked for. */
const TRACK_MS = 30 * 60_000;
const TRACK_PAGES = 4;

/** The newest alerts of the store. @param parameters kind, vehicle, limit */
export async function storedAlerts(parameters: Record<string, string>): Promise<AlertItem[]> {
  const { items } = await ask<Listed<StoredAlert>>('/api/alerts', parameters);
  return items.map(alertItem);
}

export function storedVehicle(id: string): Promise<StoredVehicle> {
  return ask<StoredVehicle>(`/api/vehicles/${encodeURIComponent(id)}`);
}

/** Where a vehicle was in the last half hour, in the map's units. @param now ms since the epoch */
export async function storedTrack(id: string, now: number): Promise<{ x: number; y: number }[]> {
  const path = `/api/vehicles/${encodeURIComponent(id)}/track`;
  const from = new Date(now - TRACK_MS).toISOString();
  const points: { x: number; y: number }[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < TRACK_PAGES; page += 1) {
    const parameters = { from, limit: '500', ...(cursor !== undefined && { cursor }) };
    const { items, next } = await ask<Listed<{ latitude: number; longitude: number }>>(path, parameters);
    points.push(...items.map(({ latitude, longitude }) => mercator(longitude, latitude)));
    if (next === undefined) break;
    cursor = next;
  }
  return points;
}
