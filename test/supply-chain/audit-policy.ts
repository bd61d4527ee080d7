/** An advisory that we live with, and why. */
export interface Exception {
  /** As in https://github.com/advisories/… */
  id: string;
  /** Why it doesn't concern this project. */
  why: string;
  /** Day after which it must be decided again, as YYYY-MM-DD. */
  until: string;
}

/** The part of `npm audit --json` that is read. */
interface Advisory {
  url: string;
  title: string;
  severity: string;
}
interface Audit {
  vulnerabilities?: Record<string, { via: (Advisory | string)[] }>;
  message?: string;
}

/** Severities that may wait for the next update. */
const MINOR = new Set(['info', 'low']);

/**
 * What is wrong by our policy: an advisory of at least moderate severity without an exception, an exception that is over,
 * and one that nothing needs.
 *
 * @param output of `npm audit --json`
 * @param today as YYYY-MM-DD
 * @throws Error if the registry gave no audit: that must never count as "no advisory"
 */
export function auditFindings(output: string, exceptions: readonly Exception[], today: string): string[] {
  const { vulnerabilities, message } = parsed(output);
  if (!vulnerabilities) throw new Error(`the registry gave no audit, so nothing is known: ${message ?? 'no answer'}`);
  const found = new Map<string, string>();
  for (const [name, { via }] of Object.entries(vulnerabilities))
    for (const advisory of via) {
      if (typeof advisory === 'string' || MINOR.has(advisory.severity)) continue;
      const id = advisory.url.split('/').at(-1) ?? advisory.url;
      found.set(id, `${id} (${advisory.severity}) in ${name}: ${advisory.title}`);
    }
  const excepted = new Set(exceptions.map(({ id }) => id));
  return [
    ...[...found].flatMap(([id, text]) => (excepted.has(id) ? [] : [text])),
    ...exceptions.filter(({ until }) => until < today).map(({ id, until }) => `the exception ${id} ended on ${until}`),
    ...exceptions.filter(({ id }) => !found.has(id)).map(({ id }) => `nothing needs the exception ${id} any more`),
  ];
}

function parsed(output: string): Audit {
  try {
    return JSON.parse(output) as Audit;
  } catch {
    return {};
  }
}
