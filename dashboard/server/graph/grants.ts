import type { CompiledTemplate } from '#msk';

/** A statement of a role. */
export interface Grant {
  /** logical ids of the template's resources that it names */
  resources: readonly string[];
  /** `kafka-cluster:WriteData` */
  actions: readonly string[];
}

interface Statement {
  Effect?: string;
  Action?: string | string[];
  Resource?: unknown;
}

/** What a function's role allows. The role may be a Ref or a GetAtt. */
export function grantsOf(functionId: string, template: CompiledTemplate): Grant[] {
  const role = idsIn(template.Resources[functionId]?.Properties?.['Role'], template)[0];
  const policies = (template.Resources[role ?? '']?.Properties?.['Policies'] ?? []) as {
    PolicyDocument?: { Statement?: Statement[] };
  }[];
  return policies
    .flatMap(({ PolicyDocument }) => PolicyDocument?.Statement ?? [])
    .filter(({ Effect }) => Effect === 'Allow')
    .map(({ Action = [], Resource }) => ({ resources: idsIn(Resource, template), actions: [Action].flat() }));
}

/** The logical ids that a value with intrinsic functions refers to: by Ref, Fn::GetAtt or Fn::Sub. */
function idsIn(value: unknown, template: CompiledTemplate): string[] {
  const names = JSON.stringify(value ?? null).match(/\w+/g) ?? [];
  return [...new Set(names)].filter((name) => Object.hasOwn(template.Resources, name));
}
