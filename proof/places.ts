import type { Endpoints } from '#local/deploy/servers.ts';
import type { References } from '#msk';
import { merged } from './domains.ts';
import type { ReconcileInput, StorePlaces } from './input.ts';
import type { Items } from './world.ts';

/** The logical ids of the DynamoDB tables. */
const TABLES = merged('tables') as Readonly<Record<keyof Items, string>>;

/** Where a running stack's data is. */
export interface StackPlaces extends Pick<ReconcileInput, 'kafka'> {
  stores: { [S in Exclude<keyof StorePlaces, 'file'>]: Exclude<StorePlaces[S], { notRun: string }> };
}

/**
 * @example
 * const { endpoints, references } = await readStack();
 * const { kafka, stores } = placesOf(endpoints, references);
 * @throws Error where the running template lacks a resource: it isn't deployed yet
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
      opensearch: { endpoint: endpoints.opensearch },
      dynamodb: {
        endpoint: endpoints.dynamodb,
        tables: Object.fromEntries(Object.entries(TABLES).map(([name, id]) => [name, ref(id)])) as Record<
          keyof Items,
          string
        >,
      },
    },
  };
}
