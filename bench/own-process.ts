import { fork } from 'node:child_process';

export interface ProcessOptions {
  /** The environment of the process; the present one if absent. */
  env?: NodeJS.ProcessEnv;
  /** Options of Node. */
  execArgv?: string[];
  signal: AbortSignal;
}

/**
 * Runs a program of this project in a process of its own, so that one measurement doesn't warm up another. The program
 * gets `input` as its first IPC message, and answers with one message.
 * @param file path of the program (TypeScript)
 * @throws Error with what the program wrote to stderr, if it ends without an answer
 */
export function ownProcess<Input, Output>(file: string, input: Input, options: ProcessOptions): Promise<Output> {
  const { env = process.env, execArgv = [], signal } = options;
  const child = fork(file, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env, execArgv, signal });
  const errors: Buffer[] = [];
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
  return new Promise<Output>((resolve, reject) => {
    child.once('message', (answer) => resolve(answer as Output));
    child.once('error', reject);
    child.once('close', (code) =>
      reject(new Error(`${file} ended with exit code ${code}:\n${Buffer.concat(errors).toString()}`)),
    );
    child.send(input as object);
  });
}
