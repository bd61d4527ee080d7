import type { References } from '../../plugins/msk/contract.ts';
import type { Endpoints } from '../deploy/servers.ts';
import type { ReconcileInput, StorePlaces } from './input.ts';

/** Where a running stack's data is, by its endpoints and what the template's resources are called there. */
export interface StackPlaces extends Pick<ReconcileInput, 'kafka'> {
  stores: { [S in keyof StorePlaces]: Exclude<StorePlaces[S], { notRun: string }> };
}

/**
 * @example
 * const { endpoints, references } = await readStack();
 * const { kafka, stores } = placesOf(endpoints, references);
 * @throws Error where the template has no such resource: it isn't deployed yet
 */
export function placesOf(endpoints: Endpoints, references: References): StackPlaces {
  const ref = (id: string): string => {
    const name = references[id]?.['Ref'];
    if (typeof name !== 'string') throw new Error(`the running stack has no ${id}: it is not deployed yet, try again`);
    return name;
  };
  return {
    kafka: endpoints.kafka,
    stores: {
      s3: { endpoint: endpoints.s3, bucket: ref('ArchiveBucket') },
      rds: { postgres: endpoints.postgres },
      dynamodb: {
        endpoint: endpoints.dynamodb,
        tables: {
          vehicles: ref('VehiclesTable'),
          alerts: ref('AlertsTable'),
          trips: ref('TripsTable'),
          records: ref('RecordsTable'),
        },
      },
    },
  };
}
