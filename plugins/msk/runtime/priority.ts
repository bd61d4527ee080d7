import { constants, setPriority } from 'node:os';

/**
 * Lets a process have less CPU time than others while the machine is busy. On AWS each function has its own CPU. On one
 * machine, the functions whose mappings collect records for a second or longer must not slow those that must be fast.
 */
export function yieldToOthers(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // The process has ended already.
  }
}
