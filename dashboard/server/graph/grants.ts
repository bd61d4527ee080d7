import type { CompiledTemplate } from '#msk';

/** What a role may do with a resource of the template. */
export interface Grant {
  /** the resource's logical id */
  resource: string;
  /** `kafka-cluster:WriteData` */
  actions: readonly string[];
}

interface Statement {
  Effect?: string;
  Action?: string | string[];
  Resource?: unknown;
}

/** The grants of a function's role on resources of the same template. The role may be a Ref or a GetAtt. */
export function grantedTo(functionId: string, template: CompiledTemplate): Grant[] {
  const role = idsIn(template.Resources[functionId]?.Properties?.['Role'], template)[0];
  const policies = (template.Resources[role ?? '']?.Properties?.['Policies'] ?? []) as {
    PolicyDocument?: { Statement?: Statement[] };
  }[];
  return policies
    .flatMap(({ PolicyDocument }) => PolicyDocument?.Statement ?? [])
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action = [], Resource }) =>
      idsIn(Resource, template).map((resource) => ({ resource, actions: [Action].flat() })),
    );
}

/** The logical ids that a value with intrinsic functions refers to: by Ref, Fn::GetAtt or Fn::Sub. */
function idsIn(value: unknown, template: CompiledTemplate): string[] {
  const names = JSON.stringify(value ?? null).match(/\w+/g) ?? [];
  return [...new Set(names)].filter((name) => Object.hasOwn(template.Resources, name));
}
