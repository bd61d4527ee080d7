/**
 * `npm run lock` completes package-lock.json after an update, so that `npm ci` passes on every machine.
 *
 * A registry mirror may lack a tool's builds for some operating systems. npm then leaves these optional packages out of
 * the lock file, and `npm ci` fails on every machine ("Missing: … from lock file"). An entry with version, os and cpu
 * is enough: npm skips the package on other systems, and fetches it on the system that it fits.
 */
import { readFileSync, writeFileSync } from 'node:fs';

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

const path = 'package-lock.json';
const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, Entry> };
let added = 0;
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (lock.packages[key]) continue;
    const words = name.split(/[/@-]/);
    const os = OS.find((o) => words.includes(o));
    const cpu = CPUS.find((c) => words.includes(c));
    lock.packages[key] = {
      version: version.replace(/^[\^~]/, ''),
      dev: true,
      optional: true,
      ...(os && { os: [SYSTEMS[os] ?? os] }),
      ...(cpu && { cpu: [CPU[cpu] ?? cpu] }),
      ...(os === 'linux' && { libc: [words.some((w) => w.startsWith('musl')) ? 'musl' : 'glibc'] }),
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`package-lock.json: added ${added} optional packages for other systems\n`);
