import type { DomainReport } from '../domain.ts';
import type { Tally } from '../tally.ts';
import type { Encoding } from './truth/payload.ts';

export interface LoginsReport extends DomainReport {
  bad: number;
  /** good logins by how they were written */
  byEncoding: Record<Encoding, number>;
  /** bad records by the code of their dead letter, and by what the generator did to them */
  badByCode: Record<string, number>;
  badByCause: Record<string, number>;
  topics: Record<string, Tally>;
  /** records stored more than once upstream under one `source` (at least once), each counted once by its readers */
  producedTwice: number;
}
