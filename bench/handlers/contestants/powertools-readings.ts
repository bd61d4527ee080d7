import { readingSchema } from '#functions/fleet/schema.ts';
import { powertools } from './powertools.ts';

export const handler = powertools(readingSchema);
