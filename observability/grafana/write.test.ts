import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CLOUDWATCH, PROMETHEUS } from './panels.ts';
import { files, folder } from './write.ts';

test('the files are those that the program writes: run `npx node observability/grafana/write.ts`', () => {
  const written = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
  expect(Object.fromEntries(written)).toEqual(files);
});

test('the data sources that the panels use are provisioned', () => {
  const file = join(import.meta.dirname, 'provisioning', 'datasources', 'datasources.yml');
  const { datasources } = parse(readFileSync(file, 'utf8')) as { datasources: { type: string; uid: string }[] };
  expect(datasources.map(({ type, uid }) => ({ type, uid }))).toEqual([PROMETHEUS, CLOUDWATCH]);
});
