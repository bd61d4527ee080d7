import type { CompiledTemplate } from '#msk';
import type { Stage } from '../compiled.ts';

/** An invariant of the compiled template that no linter knows. */
export interface Rule {
  name: string;
  /** whence it is: pages of AWS, by guide and title, or our own that says why; docs/aws-rules.md lists it */
  source: string;
  /** Stages that the rule doesn't bind, each with its reason. */
  except?: Partial<Record<Stage, string>>;
  /**
   * @param template as `plainTemplate` gives it
   * @returns what is wrong, a line each, naming resource and value; none where the rule holds
   */
  check(template: CompiledTemplate): string[];
  /** Makes prod's template one that the rule must refuse: the proof that it can. */
  spoil(template: CompiledTemplate): void;
}

/** Logical id and properties of every resource of the type. `P` is what the caller reads of them. */
export function resources<P>(template: CompiledTemplate, type: string): [id: string, properties: P][] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => [id, resource.Properties as P]);
}

/** The properties of the first resource of the type. @throws Error where there is none */
export function first<P>(template: CompiledTemplate, type: string): P {
  const [found] = resources<P>(template, type);
  if (!found) throw new Error(`the template has no ${type}`);
  return found[1];
}

/** The properties of the resource with that logical id. @throws Error where there is none */
export function properties<P>(template: CompiledTemplate, id: string): P {
  const resource = template.Resources[id];
  if (!resource) throw new Error(`the template has no resource ${id}`);
  return resource.Properties as P;
}
