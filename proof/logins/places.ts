import { ALL_COLUMNS, type TopicRow } from '../domain-types.ts';

export const LOGINS = 'user-login';
export const LOGINS_PROCESSED = 'user-login-processed';
export const LOGINS_DLQ = 'user-login-dlq';

export const TOPICS = {
  [LOGINS]: { compacted: false, refusedBy: ['processLogin'] },
  [LOGINS_PROCESSED]: { compacted: false },
  [LOGINS_DLQ]: { compacted: false },
} as const satisfies Record<string, TopicRow>;

export const TABLES = { users: 'UsersTable', devices: 'DevicesTable' } as const;

export const COLUMNS = { logins: ALL_COLUMNS };

/** A row as `pg` returns it: `inet` columns are text. */
export interface LoginRow {
  source: string;
  user_id: string;
  app_version: string;
  ip: string | null;
  locale: string;
  device_id: string | null;
  device_type: string;
  event_time: Date;
}
