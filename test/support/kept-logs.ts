declare global {
  /** paths of logs by name */
  var keptLogs: Map<string, string> | undefined;
}

/**
 * Registers a log, or a folder of logs. If a test of this file fails, test/environment.ts copies it before the test's
 * clean-up removes it.
 */
export function keepOnFailure(name: string, path: string): void {
  globalThis.keptLogs ??= new Map();
  globalThis.keptLogs.set(name, path);
}
