/** The lines of `resources/kafka/topics.yml` that give a topic its number of partitions. */
export interface TemplateChange {
  readonly now: number;
  /** as a diff: the old line and the new one, with the line's number */
  readonly diff: readonly string[];
}

/** @returns undefined if the template has no such topic */
export function templateChange(text: string, topic: string, count: number): TemplateChange | undefined {
  const lines = text.split('\n');
  const named = lines.findIndex((line) => line.trim() === `TopicName: ${topic}`);
  const at = named < 0 ? -1 : lines.findIndex((line, i) => i > named && line.trim().startsWith('PartitionCount: '));
  const old = lines[at];
  const [, now] = /PartitionCount: (\d+)/.exec(old ?? '') ?? [];
  if (old === undefined || now === undefined) return undefined;
  const diff = [
    `@@ line ${at + 1} @@`,
    `-${old}`,
    `+${old.replace(/PartitionCount: \d+/, `PartitionCount: ${count}`)}`,
  ];
  return { now: Number(now), diff };
}
