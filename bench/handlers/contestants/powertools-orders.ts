import { orderSchema } from '#functions/orders/schema.ts';
import { powertools } from './powertools.ts';

export const handler = powertools(orderSchema);
