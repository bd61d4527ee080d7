export const RAW_DATA_TOPIC = 'raw-data-topic';
export const TRIPS_TOPIC = 'trips-topic';
