import type { CompiledTemplate } from '../../plugins/msk/contract.ts';
import { PACKAGING_MS, plainTemplate } from './compiled.ts';
import { adminRules } from './rules/admin.ts';
import { dashboardRules } from './rules/dashboard.ts';
import { encryptionRules } from './rules/encryption.ts';
import { kafkaRules } from './rules/kafka.ts';
import { keptRules } from './rules/kept.ts';
import { mappingRules } from './rules/mappings.ts';
import { monitoringRules } from './rules/monitoring.ts';
import { networkRules } from './rules/network.ts';
import { roleRules } from './rules/roles.ts';
import { schemaRules } from './rules/schemas.ts';
import { searchRules } from './rules/search.ts';
import { setUpRules } from './rules/set-up.ts';
import { storeRules } from './rules/stores.ts';
import { versionRules } from './rules/versions.ts';
import { templates } from './variants.ts';

const rules = [
  ...encryptionRules,
  ...mappingRules,
  ...kafkaRules,
  ...roleRules,
  ...storeRules,
  ...keptRules,
  ...schemaRules,
  ...searchRules,
  ...setUpRules,
  ...networkRules,
  ...adminRules,
  ...monitoringRules,
  ...dashboardRules,
  ...versionRules,
];

describe.each(Object.entries(templates))('the compiled template of %s', (_, { stage, params }) => {
  let template: CompiledTemplate;
  beforeAll(async () => {
    template = await plainTemplate(stage, params);
  }, PACKAGING_MS);

  test.each(rules.filter((rule) => !rule.except?.[stage]))('$name', (rule) => {
    expect(rule.check(template)).toEqual([]);
  });
});

describe('each rule can fail', () => {
  let template: CompiledTemplate;
  beforeAll(async () => {
    template = await plainTemplate('prod');
  }, PACKAGING_MS);

  test.each(rules)('$name', (rule) => {
    const spoilt = structuredClone(template);
    rule.spoil(spoilt);
    expect(rule.check(spoilt)).not.toEqual([]);
  });
});
