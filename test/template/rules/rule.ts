import type { CompiledTemplate } from '#msk';
import type { Stage } from '../compiled.ts';

/** A rule for the compiled template that no linter checks. */
export interface Rule {
  name: string;
  /** a page of AWS (guide and title), or our own page that explains it; docs/aws-rules.md lists it */
  source: string;
  /** Stages without the rule, each with the reason. */
  except?: Partial<Record<Stage, string>>;
  /**
   * @param template as `plainTemplate` gives it
   * @returns a line for each violation, with resource and value
   */
  check(template: CompiledTemplate): string[];
  /** Breaks prod's template, to prove that the rule finds it. */
  spoil(template: CompiledTemplate): void;
}

/** Logical id and properties of every resource of the type. `P` has the properties that the caller uses. */
export function resources<P>(template: CompiledTemplate, type: string): [id: string, properties: P][] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => [id, resource.Properties as P]);
}

/** The properties of the first resource of the type. @throws Error if there is none */
export function first<P>(template: CompiledTemplate, type: string): P {
  const [found] = resources<P>(template, type);
  if (!found) throw new Error(`the template has no ${type}`);
  return found[1];
}

/** The properties of the resource with that logical id. @throws Error if there is none */
export function properties<P>(template: CompiledTemplate, id: string): P {
  const resource = template.Resources[id];
  if (!resource) throw new Error(`the template has no resource ${id}`);
  return resource.Properties as P;
}
