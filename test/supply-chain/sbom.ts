import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Command, runCommand } from '#cli/command.ts';
import { lockedPackages, ROOT } from './lock.ts';

const USAGE = `
Usage: npm run sbom

Writes the list of all packages in package-lock.json, with versions, licences and checksums, as sbom.json (CycloneDX 1.5).
`;

interface Sbom {
  specVersion: string;
  components: { purl: string }[];
}

const sbom: Command<Record<never, never>> = {
  name: 'sbom',
  usage: USAGE,
  options: {},
  async run() {
    const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
    const { stdout } = await promisify(execFile)('npm', args, { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
    const { components } = JSON.parse(stdout) as Sbom;
    const named = new Set(components.map(({ purl }) => decodeURIComponent(purl)));
    // An alias, such as serverless for osls, has the real package's name in the purl.
    const missing = lockedPackages().filter(({ name, version, path }) => {
      const isAlias = path !== `node_modules/${name}`;
      return !named.has(`pkg:npm/${name}@${version}`) && !isAlias;
    });
    if (missing.length > 0) throw new Error(`the SBOM lacks ${missing.map(({ path }) => path).join(', ')}`);
    await writeFile(join(ROOT, 'sbom.json'), stdout);
    console.log(`sbom.json: ${components.length} packages`);
  },
};

process.exit(await runCommand(sbom));
