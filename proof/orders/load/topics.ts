export const ORDERS_TOPIC = 'orders';
