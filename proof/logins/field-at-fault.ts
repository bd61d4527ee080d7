import { fieldDifference } from '../checks/compare.ts';

/** The first field in which a login differs, without its values: they are personal data, and a report is passed on. */
export function fieldAtFault(expected: Record<string, unknown>, stored: Record<string, unknown>): string | undefined {
  const field = [...Object.keys(expected), ...Object.keys(stored)].find(
    (name) => fieldDifference({ [name]: expected[name] }, { [name]: stored[name] }) !== undefined,
  );
  return field === undefined ? undefined : `${field} differs`;
}
