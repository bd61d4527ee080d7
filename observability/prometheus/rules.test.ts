import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { ROOT } from '#local/stack-file.ts';
import { prometheusPrograms } from '#test/support/prometheus.ts';

interface Rules {
  groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[];
}

const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
const alerts = (parse(read('rules.yml')) as Rules).groups.flatMap(({ rules }) => rules);

async function promtool(...args: string[]): Promise<string> {
  const program = (await prometheusPrograms()).promtool;
  const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: import.meta.dirname });
  return stdout + stderr;
}

test('the scrape configuration and the rules are valid', async () => {
  expect(await promtool('check', 'config', 'prometheus.yml')).toContain(`${alerts.length} rules found`);
});

test('promtool’s tests of the rules pass', async () => {
  expect(await promtool('test', 'rules', 'rules.test.yml')).toContain('SUCCESS');
});

test('each alert is raised in a test of the rules', () => {
  interface Tests {
    tests: { alert_rule_test: { alertname: string; exp_alerts: object[] }[] }[];
  }
  const cases = (parse(read('rules.test.yml')) as Tests).tests.flatMap((own) => own.alert_rule_test);
  const raised = cases.flatMap(({ alertname, exp_alerts }) => (exp_alerts.length > 0 ? [alertname] : []));
  expect(alerts.map(({ alert }) => alert).filter((name) => !raised.includes(name))).toEqual([]);
});

test('docs/observe.md says what to do about each alert', () => {
  const page = readFileSync(join(ROOT, 'docs', 'observe.md'), 'utf8');
  const [, section = ''] = page.split('| alert | what to do |');
  const [table = ''] = section.split('\n\n');
  const names = [...table.matchAll(/^\| ([A-Z]\w+) \|/gm)].map(([, name]) => name);
  expect(names).toEqual(alerts.map(({ alert }) => alert));
});
