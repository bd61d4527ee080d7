import type { DomainReport } from '../domain-types.ts';
import type { Manifest } from '../manifest.ts';
import type { RecordRow, TABLES, TOPICS } from './places.ts';

export interface DemoTypes {
  report: DomainReport;
  manifest: Manifest;
  facts: object;
  rows: { records: RecordRow[] };
  topic: keyof typeof TOPICS;
  table: keyof typeof TABLES;
}
