import { existsSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TestEnvironment } from 'jest-environment-node';

/** What jest-circus tells of a failure, as far as it is read here. */
interface Failure {
  name: string;
  test?: { name: string };
  hook?: { type: string };
  error?: unknown;
}

const FOLDER = '.local/failed-tests';
const NAME_LENGTH = 60;

/**
 * Keeps the logs of a test that fails, which its clean-up removes (see `keepOnFailure`), in a folder of this checkout,
 * and names the place in the failure's message.
 */
export default class KeepsLogs extends TestEnvironment {
  readonly #root: string;
  readonly #file: string;

  constructor(...[config, context]: ConstructorParameters<typeof TestEnvironment>) {
    super(config, context);
    this.#root = config.globalConfig.rootDir;
    this.#file = basename(context.testPath, '.ts');
  }

  async handleTestEvent(event: Failure): Promise<void> {
    if (event.name !== 'test_fn_failure' && event.name !== 'hook_failure') return;
    const logs = [...(this.global.keptLogs ?? [])].filter(([, path]) => existsSync(path));
    if (logs.length === 0) return;
    const what = event.test?.name ?? event.hook?.type ?? event.name;
    const folder = join(FOLDER, this.#file, what.replaceAll(/[^\w.]+/g, '-').slice(0, NAME_LENGTH));
    const place = join(this.#root, folder);
    await rm(place, { recursive: true, force: true });
    await mkdir(place, { recursive: true });
    for (const [name, path] of logs) await cp(path, join(place, name), { recursive: true });
    tell(event.error, `Its logs: ${folder}`);
  }
}

/** In the error's own message, which jest shows with the failure; on its own where the error has none. */
function tell(error: unknown, line: string): void {
  const { message, stack } = (error ?? {}) as Partial<Error>;
  if (typeof message !== 'string' || typeof stack !== 'string') {
    process.stderr.write(`${line}\n`);
    return;
  }
  const told = `${message}\n\n${line}`;
  Object.assign(error as Error, { message: told, stack: stack.replace(message, () => told) });
}
