import { existsSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TestEnvironment } from 'jest-environment-node';

/** The parts of jest-circus's failure event that are used here. */
interface Failure {
  name: string;
  test?: { name: string };
  hook?: { type: string };
  error?: unknown;
}

const FOLDER = '.local/failed-tests';
const NAME_LENGTH = 60;

/**
 * Copies the logs of a failed test (see `keepOnFailure`) to a folder of this checkout before the test's clean-up
 * removes them, and adds the folder to the failure's message.
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
    tell(event.error, `The logs of this test: ${folder}`);
  }
}

/** Adds the line to the error's message, which jest prints; prints the line itself if there is no message. */
function tell(error: unknown, line: string): void {
  const { message, stack } = (error ?? {}) as Partial<Error>;
  if (typeof message !== 'string' || typeof stack !== 'string') {
    process.stderr.write(`${line}\n`);
    return;
  }
  const told = `${message}\n\n${line}`;
  Object.assign(error as Error, { message: told, stack: stack.replace(message, () => told) });
}
