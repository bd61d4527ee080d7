import type { MappingStatus, PartitionStatus } from '../contract.ts';
import { gauge, type MetricFamily, type Sample } from './family.ts';

/**
 * The offsets and the lag of each partition. The first three have the names of kafka_exporter, so that dashboards that
 * were made for it work here too.
 */
export function partitionFamilies(mappings: readonly MappingStatus[], now: number): MetricFamily[] {
  const all = mappings.flatMap(({ topic, group, partitions }) => partitions.map((own) => ({ topic, group, ...own })));
  const ends = new Map<string, Sample>();
  for (const { topic, partition, end } of all) {
    const key = `${topic}-${partition}`;
    const value = Math.max(end, ends.get(key)?.value ?? 0);
    ends.set(key, { labels: { topic, partition }, value });
  }
  const perGroup = (value: (own: (typeof all)[number]) => number | null): Sample[] =>
    all.flatMap((own) => {
      const found = value(own);
      const labels = { consumergroup: own.group, topic: own.topic, partition: own.partition };
      return found === null ? [] : [{ labels, value: found }];
    });
  return [
    gauge('kafka_topic_partition_current_offset', 'Offset of the next record of a partition', [...ends.values()]),
    gauge(
      'kafka_consumergroup_current_offset',
      'Committed offset of a group in a partition',
      perGroup(({ committed }) => committed),
    ),
    gauge(
      'kafka_consumergroup_lag',
      'Records of a partition that a group has not committed',
      perGroup(({ committed, end }) => Math.max(0, end - committed)),
    ),
    gauge(
      'kafka_consumergroup_lag_seconds',
      'Age of the oldest record of a partition that a group is not done with; missing while it is not known',
      perGroup((own) => ageOf(own, now)),
    ),
  ];
}

/** 0 where nothing waits. Null where records wait that the mapping has not fetched: nobody knows their age. */
function ageOf({ committed, end, oldest }: PartitionStatus, now: number): number | null {
  if (oldest !== null) return Math.max(0, now - oldest) / 1000;
  return committed < end ? null : 0;
}
