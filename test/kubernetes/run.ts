/** Compares containers/kubernetes with the schemas of Kubernetes and of KEDA: npm run test:long -- kubernetes */
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { pythonTool } from '#test/template/check/python-tool.ts';
import { faults, type Schema } from './structure.ts';

const KUBERNETES = '1.37.0';
/** KEDA's own Go module has its CustomResourceDefinitions. */
const KEDA = 'github.com/kedacore/keda/v2@v2.21.0';

interface Definition {
  spec: { versions: { name: string; schema: { openAPIV3Schema: Schema } }[] };
}
interface Manifest {
  apiVersion: string;
  kind: string;
}

const all = globSync(join(import.meta.dirname, '..', '..', 'containers', 'kubernetes', '*.yaml')).sort();
const manifests = (file: string) =>
  parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as Manifest);
const ofKeda = (file: string) => manifests(file).some(({ apiVersion }) => apiVersion.startsWith('keda.sh/'));

const validate = await pythonTool('kubernetes-validate', KUBERNETES);
const own = all.filter((file) => !ofKeda(file));
const { status } = spawnSync(validate, ['-k', KUBERNETES, '--strict', ...own], { stdio: 'inherit' });

const module = execFileSync('go', ['mod', 'download', '-json', KEDA], { cwd: tmpdir(), encoding: 'utf8' });
const { Dir } = JSON.parse(module) as { Dir: string };
const found = all.filter(ofKeda).flatMap((file) =>
  manifests(file).flatMap((manifest) => {
    const [group, version] = manifest.apiVersion.split('/');
    const name = `${group}_${manifest.kind.toLowerCase()}s.yaml`;
    const { spec } = parse(readFileSync(join(Dir, 'config', 'crd', 'bases', name), 'utf8')) as Definition;
    const schema = spec.versions.find((one) => one.name === version)?.schema.openAPIV3Schema;
    return schema === undefined ? [`${file}: KEDA has no ${version}`] : faults(manifest, schema, manifest.kind);
  }),
);
for (const fault of found) console.error(fault);
if (status === 0 && found.length === 0)
  console.log(`${all.length} files are as the schemas of Kubernetes ${KUBERNETES} and ${KEDA} say`);
process.exit(status === 0 && found.length === 0 ? 0 : 1);
