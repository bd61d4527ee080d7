import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '#local/servers/cache.ts';
import { eventually } from '../support/eventually.ts';

const VERSION = '1.76.0';
const MODULE = `github.com/jaegertracing/jaeger@v${VERSION}`;
const execute = promisify(execFile);

/** A span as Jaeger's API for its page has it. */
export interface JaegerSpan {
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly refType: string; readonly traceID: string; readonly spanID: string }[];
  /** µs since the epoch */
  readonly startTime: number;
  /** µs */
  readonly duration: number;
  readonly processID: string;
}

export interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}

/**
 * Jaeger's all-in-one program. The first time, Go builds it from its module, which takes minutes and 1 GB of disk. The
 * module can't be installed by `go install`, since it replaces another module.
 * @throws Error without Go
 */
async function program(): Promise<string> {
  const path = join(cacheFolder(), `jaeger-${VERSION}`, 'all-in-one');
  if (existsSync(path)) return path;
  const go = ['go', '/usr/local/go/bin/go'].find((name) => (name === 'go' ? isInPath(name) : existsSync(name)));
  if (go === undefined) {
    throw new Error(
      `this proof needs Jaeger ${VERSION}: install Go, with which it is built, or put the program at ${path}`,
    );
  }
  console.log(`Go builds ${MODULE}, once; this takes some minutes`);
  const { stdout } = await execute(go, ['mod', 'download', '-json', MODULE], { maxBuffer: 1e8 });
  const { Dir } = JSON.parse(stdout) as { Dir: string };
  await execute(go, ['build', '-C', Dir, '-o', path, './cmd/all-in-one'], { maxBuffer: 1e8 });
  return path;
}

function isInPath(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, name)));
}

/** Starts a Jaeger that keeps its traces in memory, on free ports of the loopback interface. */
export async function startJaeger() {
  const path = await program();
  const [otlp, page, ...others] = await Promise.all(Array.from({ length: 7 }, freePort));
  const flags = Object.entries({
    'collector.otlp.http': otlp,
    'query.http-server': page,
    'collector.otlp.grpc': others[0],
    'collector.grpc-server': others[1],
    'collector.http-server': others[2],
    'query.grpc-server': others[3],
    'admin.http': others[4],
  }).map(([name, port]) => `--${name}.host-port=127.0.0.1:${port}`);
  const jaeger: ChildProcess = spawn(path, flags, { stdio: 'ignore', env: { SPAN_STORAGE_TYPE: 'memory' } });
  const api = `http://127.0.0.1:${page}/api`;
  const answers = () =>
    fetch(`${api}/services`).then(
      ({ ok }) => ok,
      () => false,
    );
  await eventually(answers, { what: 'Jaeger answers', boundMs: 60_000 });
  return {
    /** for OTEL_EXPORTER_OTLP_ENDPOINT */
    endpoint: `http://127.0.0.1:${otlp}`,
    page: `http://127.0.0.1:${page}`,
    async trace(id: string): Promise<JaegerTrace | undefined> {
      const { data } = (await (await fetch(`${api}/traces/${id}`)).json()) as { data: JaegerTrace[] | null };
      return data?.[0];
    },
    async stop() {
      if (jaeger.exitCode === null && jaeger.kill()) await once(jaeger, 'exit');
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}
