import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { environmentOf } from './environment.ts';
import { executable } from './executable.ts';
import { InvocationError } from './invocation-error.ts';
import type { LambdaFunction } from './lambda-function.ts';
import { watchMemory } from './memory-watch.ts';
import { yieldToOthers } from './priority.ts';

/** A message of entry.cjs: one when the function is loaded, then one for each event. */
interface Reply {
  response?: string;
  /** The process ends after this message. */
  last?: boolean;
  error?: { errorType: string; errorMessage: string; trace: string[] };
}

/** Lambda's limit on a response, a little more than 6 MB (AWS: "Lambda quotas"). Lambda's error names the number. */
const responseBytes = 6_291_556;
/** MB of new objects before V8 collects garbage. Lower than the default, because all instances share one machine. */
const youngMegabytes = 4;
/** Lambda's own limit on the init phase. A function's timeout limits its invocations only. */
const initializeMilliseconds = 10_000;
/** How long to wait for the last output of a process that has ended. */
const lastWordsMilliseconds = 500;

/**
 * One instance of a function: a separate process, as in Lambda. In a worker thread, a native crash and most ways to run
 * out of memory would end the whole process, with all other functions and the poller.
 */
export class Instance {
  readonly #process: ChildProcess;
  readonly #function: LambdaFunction;
  readonly #ready: Promise<void>;
  #waiting = pending();
  #outOfMemory = false;
  #gone = false;

  /** @param ended called when the process has ended, for any reason */
  constructor(lambdaFunction: LambdaFunction, region: string, ended: () => void) {
    const { directory, memorySize, timeout, patient } = lambdaFunction;
    this.#function = lambdaFunction;
    this.#process = fork(join(import.meta.dirname, 'entry.cjs'), [], {
      cwd: directory,
      env: environmentOf(lambdaFunction, region),
      ...executable([`--max-old-space-size=${memorySize}`, `--max-semi-space-size=${youngMegabytes}`]),
      // Copies a string without converting it to JSON.
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    if (patient) yieldToOthers(this.#process.pid);
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

  /** Whether the process has ended or is about to end. It then takes no more events. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Resolves when the function is loaded. @throws InvocationError if loading fails */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** Runs the function. Call it for one event at a time. @throws InvocationError if the invocation fails */
  async invoke(event: unknown): Promise<unknown> {
    await this.#ready;
    const milliseconds = this.#function.timeout * 1000;
    this.#waiting = pending();
    const request = { event: JSON.stringify(event), requestId: randomUUID(), deadline: Date.now() + milliseconds };
    if (this.#hasExited) void this.#fail();
    else this.#process.send(request, () => {}); // If sending fails, the process ends.
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

  /** SIGKILL: a process in an endless loop handles no other signal. */
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

  /** The process has ended: rejects the promise that waits for a reply. */
  async #fail(): Promise<void> {
    const waiting = this.#waiting;
    const { exitCode: code, signalCode: signal } = this.#process;
    // V8's message about its heap may arrive after the end of the process.
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
  // Prevents an unhandled rejection if the process ends while idle.
  waiting.promise.catch(() => {});
  return waiting;
}
