import type { CompiledTemplate } from '#msk';
import { templates } from './check/variants.ts';
import { PACKAGING_MS, plainTemplate } from './compiled.ts';
import { rules } from './rules/all.ts';

describe.each(Object.entries(templates))('the compiled template of %s', (_, { stage, params }) => {
  let template: CompiledTemplate;
  beforeAll(async () => {
    template = await plainTemplate(stage, params);
  }, PACKAGING_MS);

  test.each(rules.filter((rule) => !rule.except?.[stage]))('$name', (rule) => {
    expect(rule.check(template)).toEqual([]);
  });
});

describe('each rule fails on a template that breaks it', () => {
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
