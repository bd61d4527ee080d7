import { readFileSync, writeFileSync } from 'node:fs';
import { type Command, runCommand, UsageError } from './command.ts';

const USAGE = `
Usage: npm run lock

Completes package-lock.json after an update, so that \`npm ci\` passes on every machine. A registry mirror may lack a tool's
builds for some operating systems. npm then leaves these optional packages out of the lock file, and \`npm ci\` fails on
every machine ("Missing: … from lock file"). An entry with version, os and cpu is enough: npm skips the package on other
systems, and fetches it on the system that it fits.
`;

interface Entry {
  version?: string;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  dev?: boolean;
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
}
const SYSTEMS: Record<string, string> = { windows: 'win32' };
const OS = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'aix',
  'win32',
  'windows',
];
const CPU: Record<string, string> = { armv7: 'arm', arm: 'arm', armv6: 'arm' };
const CPUS = [
  'arm64',
  'x64',
  'ia32',
  'ppc64',
  's390x',
  'riscv64',
  'loong64',
  'mips64el',
  'armv7',
  'armv6',
  'arm',
  'wasm32',
];

const lock: Command<Record<never, never>> = {
  name: 'lock',
  usage: USAGE,
  options: {},
  async run({ positionals }) {
    if (positionals.length > 0) throw new UsageError(`it takes no argument, not "${positionals[0]}"`);
    const path = 'package-lock.json';
    const content = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, Entry> };
    const packages = { ...content.packages };
    for (const entry of Object.values(content.packages)) {
      for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
        packages[`node_modules/${name}`] ??= entryOf(name, version);
      }
    }
    const added = Object.keys(packages).length - Object.keys(content.packages).length;
    const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileSync(path, `${JSON.stringify({ ...content, packages: sorted }, null, 2)}\n`);
    console.log(`${path}: added ${added} optional packages for other systems`);
  },
};

/** The entry of a package, whose name says the system that it is for. */
function entryOf(name: string, version: string): Entry {
  const words = name.split(/[/@-]/);
  const os = OS.find((o) => words.includes(o));
  const cpu = CPUS.find((c) => words.includes(c));
  return {
    version: version.replace(/^[\^~]/, ''),
    dev: true,
    optional: true,
    ...(os && { os: [SYSTEMS[os] ?? os] }),
    ...(cpu && { cpu: [CPU[cpu] ?? cpu] }),
    ...(os === 'linux' && { libc: [words.some((w) => w.startsWith('musl')) ? 'musl' : 'glibc'] }),
  };
}

process.exit(await runCommand(lock));
