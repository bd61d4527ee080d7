import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './write.ts';

export interface PromQuery {
  panel: string;
  expr: string;
}

export interface CloudWatchQuery {
  panel: string;
  namespace: string;
  metricName: string;
  dimensions: Record<string, string>;
  expression?: string;
}

interface Panel {
  title: string;
  panels?: Panel[];
  targets?: (Record<string, unknown> & { datasource: { type: string } })[];
}

/** Every query of every panel in a file of dashboards/, by its data source. For tests. */
export function queriesOf(file: string): { prometheus: PromQuery[]; cloudwatch: CloudWatchQuery[] } {
  const { panels } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { panels: Panel[] };
  const targets = panels
    .flatMap((panel) => [panel, ...(panel.panels ?? [])])
    .flatMap(({ title, targets: own = [] }) => own.map((target) => ({ panel: title, ...target })));
  const of = (type: string) => targets.filter(({ datasource }) => datasource.type === type);
  return {
    prometheus: of('prometheus') as unknown as PromQuery[],
    cloudwatch: of('cloudwatch') as unknown as CloudWatchQuery[],
  };
}
