import { adminRules } from './admin.ts';
import { apiRules } from './api.ts';
import { auditRules } from './audit.ts';
import { dashboardRules } from './dashboard.ts';
import { encryptionRules } from './encryption.ts';
import { kafkaRules } from './kafka.ts';
import { kafkaUserRules } from './kafka-users.ts';
import { keptRules } from './kept.ts';
import { lifecycleRules } from './lifecycle.ts';
import { mappingRules } from './mappings.ts';
import { monitoringRules } from './monitoring.ts';
import { nameRules } from './names.ts';
import { networkRules } from './network.ts';
import { policyRules } from './policies.ts';
import { roleRules } from './roles.ts';
import type { Rule } from './rule.ts';
import { schemaRules } from './schemas.ts';
import { searchRules } from './search.ts';
import { setUpRules } from './set-up.ts';
import { sizeRules } from './sizes.ts';
import { storeRules } from './stores.ts';
import { versionRules } from './versions.ts';

/** All rules, by the headings of docs/aws-rules.md. */
export const groups: Readonly<Record<string, readonly Rule[]>> = {
  'Names and versions': [...nameRules, ...versionRules],
  'Kafka and the sizes of records': [...kafkaRules, ...sizeRules],
  'Event source mappings': mappingRules,
  Network: networkRules,
  'Roles and policies': [...roleRules, ...policyRules, ...kafkaUserRules],
  'HTTP API': apiRules,
  'Operators and audit': [...adminRules, ...auditRules],
  Encryption: encryptionRules,
  Stores: [...storeRules, ...lifecycleRules, ...keptRules, ...schemaRules, ...searchRules, ...setUpRules],
  'Alarms and dashboard': [...monitoringRules, ...dashboardRules],
};

export const rules: readonly Rule[] = Object.values(groups).flat();
