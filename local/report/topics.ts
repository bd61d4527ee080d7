export const RAW = 'raw-data-topic';
export const TRIPS = 'trips-topic';
export const PROCESSED = 'processed-data-topic';
export const ALERTS = 'alerts-topic';
export const RAW_DLQ = 'raw-data-dlq';
export const DEMO = 'demo_topic';
export const DEMO_DLQ = 'demo-dlq';

/** The topics that a report reads back. All of them are archived. */
export const TOPICS = {
  [RAW]: { domain: 'fleet', compacted: false },
  [TRIPS]: { domain: 'fleet', compacted: true },
  [PROCESSED]: { domain: 'fleet', compacted: false },
  [ALERTS]: { domain: 'fleet', compacted: false },
  [RAW_DLQ]: { domain: 'fleet', compacted: false },
  [DEMO]: { domain: 'demo', compacted: false },
  [DEMO_DLQ]: { domain: 'demo', compacted: false },
} as const satisfies Record<string, { domain: 'fleet' | 'demo'; compacted: boolean }>;

export type TopicName = keyof typeof TOPICS;
export const TOPIC_NAMES = Object.keys(TOPICS) as TopicName[];
