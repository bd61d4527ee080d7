declare global {
  /** name -> path of what is worth reading after a failure */
  var keptLogs: Map<string, string> | undefined;
}

/**
 * Names a log, or a folder of logs, that is worth reading where a test of this file fails: test/environment.ts copies
 * it then, before the test's own clean-up removes it.
 */
export function keepOnFailure(name: string, path: string): void {
  globalThis.keptLogs ??= new Map();
  globalThis.keptLogs.set(name, path);
}
