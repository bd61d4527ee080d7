import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LambdaFunction } from './lambda-function.ts';
import { watchMemory } from './memory-watch.ts';

/** An invocation that failed, as Lambda would report it. */
export class InvocationError extends Error {
  override readonly name = 'InvocationError';
  readonly errorType: string;
  readonly trace: readonly string[];

  constructor(errorType: string, errorMessage: string, trace: readonly string[] = []) {
    super(`${errorType}: ${errorMessage}`);
    this.errorType = errorType;
    this.trace = trace;
  }
}

/** What entry.cjs answers: once when the function is loaded, then once for each event. */
interface Reply {
  response?: string;
  /** The process ends after it. */
  last?: boolean;
  error?: { errorType: string; errorMessage: string; trace: string[] };
}

/** "The maximum payload size for synchronous invocations is 6 MB", and a little (AWS: Lambda quotas; its own error says the number). */
const responseBytes = 6_291_556;
/** MB that V8 fills with new objects before it collects them, less than by default: instances share one machine. */
const youngMegabytes = 4;
/** Lambda bounds the init phase on its own; a function's timeout is for its invocations. */
const initializeMilliseconds = 10_000;
/** How long the last words of a process that has ended may take to arrive. */
const lastWordsMilliseconds = 500;

/**
 * One instance of a function: a process of its own, as in Lambda. In a worker thread, most ways to run out of memory,
 * and any native crash, end the whole process, other functions and the poller with it.
 */
export class Instance {
  readonly #process: ChildProcess;
  readonly #function: LambdaFunction;
  readonly #ready: Promise<void>;
  #waiting = pending();
  #outOfMemory = false;
  #gone = false;

  /** @param ended told when the process is gone, for whatever reason */
  constructor(lambdaFunction: LambdaFunction, region: string, ended: () => void) {
    const { directory, memorySize, timeout } = lambdaFunction;
    this.#function = lambdaFunction;
    this.#process = fork(join(import.meta.dirname, 'entry.cjs'), [], {
      cwd: directory,
      env: environmentOf(lambdaFunction, region),
      ...executable([`--max-old-space-size=${memorySize}`, `--max-semi-space-size=${youngMegabytes}`]),
      // A string is copied as it is.
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      this.#outOfMemory ||= chunk.includes('JavaScript heap out of memory');
    });
    this.#process.on('message', (reply: Reply) => {
      this.#gone ||= reply.last ?? false;
      this.#waiting.resolve(reply);
    });
    this.#process.once('error', (error) => this.#waiting.reject(error));
    this.#process.once('exit', () => {
      this.#gone = true;
      ended();
      void this.#fail();
    });
    this.#ready = this.#reply(Math.max(initializeMilliseconds, timeout * 1000)).then(() => {});
    this.#ready.catch(() => {});
  }

  /** Whether it takes no more events: it has ended, or is about to. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Resolves when the function is loaded. @throws InvocationError */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** Runs the function, one event at a time. @throws InvocationError */
  async invoke(event: unknown): Promise<unknown> {
    await this.#ready;
    const milliseconds = this.#function.timeout * 1000;
    this.#waiting = pending();
    const request = { event: JSON.stringify(event), requestId: randomUUID(), deadline: Date.now() + milliseconds };
    if (this.#hasExited) void this.#fail();
    else this.#process.send(request, () => {}); // Where that fails, the process ends.
    const response = (await this.#reply(milliseconds)) ?? 'null';
    const size = Buffer.byteLength(response);
    if (size > responseBytes)
      throw new InvocationError(
        'Function.ResponseSizeTooLarge',
        `Response payload size (${size} bytes) exceeded maximum allowed payload size (${responseBytes} bytes).`,
      );
    return JSON.parse(response);
  }

  async end(): Promise<void> {
    if (this.#hasExited) return;
    const exit = once(this.#process, 'exit');
    this.#kill();
    await exit;
  }

  get #hasExited(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** SIGKILL: an endless loop hears nothing else. */
  #kill(): void {
    this.#gone = true;
    this.#process.kill('SIGKILL');
  }

  async #reply(milliseconds: number): Promise<string | undefined> {
    const { promise, reject } = this.#waiting;
    const timer = setTimeout(() => {
      reject(
        new InvocationError('Sandbox.Timedout', `Task timed out after ${(milliseconds / 1000).toFixed(2)} seconds`),
      );
      this.#kill();
    }, milliseconds);
    const stopWatching = watchMemory(this.#process, this.#function.memorySize, () => {
      this.#outOfMemory = true;
      this.#kill();
    });
    try {
      const { response, error } = await promise;
      if (error) throw new InvocationError(error.errorType, error.errorMessage, error.trace);
      return response;
    } finally {
      clearTimeout(timer);
      stopWatching();
    }
  }

  /** Fails what waits for a reply: the process has ended. */
  async #fail(): Promise<void> {
    const waiting = this.#waiting;
    const { exitCode: code, signalCode: signal } = this.#process;
    // What V8 says of its heap may come after the process's end.
    if (signal && !this.#outOfMemory && !this.#process.stderr?.readableEnded)
      await Promise.race([once(this.#process, 'close'), sleep(lastWordsMilliseconds, undefined, { ref: false })]);
    const reason = signal ? `signal: ${signal}` : `exit status ${code}`;
    waiting.reject(
      this.#outOfMemory
        ? new InvocationError(
            'Runtime.OutOfMemory',
            `Runtime exited: more than ${this.#function.memorySize} MB of memory`,
          )
        : new InvocationError(
            'Runtime.ExitError',
            `Runtime exited ${code === 0 ? 'without providing a reason' : `with error: ${reason}`}`,
          ),
    );
  }
}

function pending(): PromiseWithResolvers<Reply> {
  const waiting = Promise.withResolvers<Reply>();
  // It may fail when nobody waits: the process has ended while idle.
  waiting.promise.catch(() => {});
  return waiting;
}

/**
 * How Node.js is started. Where the kernel can do it, the process is killed when this one ends, however it does: one in
 * an endless loop doesn't see its channel close.
 */
function executable(flags: readonly string[]): { execPath?: string; execArgv: string[] } {
  killable ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true'], { stdio: 'ignore' }).status === 0;
  if (!killable) return { execArgv: [...flags] };
  return { execPath: 'setpriv', execArgv: ['--pdeathsig', 'KILL', process.execPath, ...flags] };
}

/** Whether util-linux's setpriv is here, and can do so; undefined until it is asked. */
let killable: boolean | undefined;

/**
 * Of this process's own variables AWS's alone, over them those that Lambda sets (AWS: "Using Lambda environment
 * variables"), over all the function's.
 */
function environmentOf(lambdaFunction: LambdaFunction, region: string) {
  const { name, handler, runtime, memorySize, environment, directory } = lambdaFunction;
  const aws = Object.entries(process.env).filter(([variable]) => variable.startsWith('AWS_'));
  return {
    ...Object.fromEntries(aws),
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memorySize),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomUUID()}`,
    AWS_REGION: region,
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LAMBDA_TASK_ROOT: directory,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...environment,
    IS_OFFLINE: 'true',
    _HANDLER: handler,
    // Node.js finds the place of its temporary files by it.
    ...(process.env['TMPDIR'] !== undefined && { TMPDIR: process.env['TMPDIR'] }),
  };
}
