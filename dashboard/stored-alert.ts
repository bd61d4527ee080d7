import type { AlertItem } from './contract.ts';

/** An alert as the API has it (functions/api). */
export interface StoredAlert {
  source: string;
  vehicleId: string;
  alert: string;
  eventTime: string;
  detail: Record<string, unknown>;
  latitude: number | null;
  longitude: number | null;
}

export function alertItem({
  source,
  alert,
  vehicleId,
  eventTime,
  detail,
  latitude,
  longitude,
}: StoredAlert): AlertItem {
  return {
    source,
    kind: alert,
    vehicle: vehicleId,
    time: Date.parse(eventTime),
    latitude,
    longitude,
    message: Object.entries(detail ?? {})
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(', '),
  };
}
