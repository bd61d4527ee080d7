import { type DeclaredEvent, nameOf, pollersOf } from './declared-event.ts';

/** A rule between the events of the service. It returns a line for each violation. */
type ServiceRule = (events: readonly DeclaredEvent[]) => string[];

/** Lambda's limits on a group of pollers. */
const limits = { pollersOfGroup: 2000, mappingsOfGroup: 100 };

export const serviceRules: readonly ServiceRule[] = [
  function oneMappingEach(events) {
    return [...Map.groupBy(events, ({ logicalId }) => logicalId)]
      .filter(([, same]) => same.length > 1)
      .map(
        ([logicalId, same]) =>
          `${namesOf(same)}: both compile to ${logicalId}, and the framework keeps the last one only. ` +
          'Use topic names that differ in letters or digits, or move one event to another function.',
      );
  },
  function oneGroupPerMapping(events) {
    const named = events.filter(({ definition }) => definition['consumerGroupId']);
    return [...Map.groupBy(named, ({ definition: { arn, consumerGroupId } }) => JSON.stringify([arn, consumerGroupId]))]
      .filter(([, same]) => same.length > 1)
      .map(
        ([, same]) =>
          `${namesOf(same)}: consumerGroupId "${String(same[0]?.definition['consumerGroupId'])}" must be unique in ` +
          'its cluster. Give each event its own group.',
      );
  },
  function pollerGroups(events) {
    const members = events.filter(({ definition }) => definition.provisionedPollerConfig?.['pollerGroupName']);
    const groups = Map.groupBy(members, ({ definition }) =>
      String(definition.provisionedPollerConfig?.['pollerGroupName']),
    );
    return [...groups].flatMap(([name, same]) => {
      const pollers = same.reduce((sum, { definition }) => sum + pollersOf(definition)[1], 0);
      const lines: string[] = [];
      if (pollers > limits.pollersOfGroup)
        lines.push(`their maximumPollers sum up to ${pollers}; a group may have ${limits.pollersOfGroup}. Lower them.`);
      if (same.length > limits.mappingsOfGroup)
        lines.push(`it has ${same.length} events; a group may have ${limits.mappingsOfGroup}. Make a second group.`);
      return lines.map((line) => `${namesOf(same)}: pollerGroupName "${name}": ${line}`);
    });
  },
];

/** Names the first three events: a group of pollers may have a hundred. */
function namesOf(events: readonly DeclaredEvent[]): string {
  const more = events.length > 3 ? `; and ${events.length - 3} more` : '';
  return events.slice(0, 3).map(nameOf).join('; ') + more;
}
