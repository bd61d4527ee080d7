import type { StackFile } from '#local/stack-file.ts';

/** The name of a resource of the running stack. @throws Error where the stack has none */
export function nameIn({ references }: Pick<StackFile, 'references'>, id: string): string {
  const name = references?.[id]?.['Ref'];
  if (typeof name !== 'string') throw new Error(`the running stack has no ${id}: it is not deployed yet, try again`);
  return name;
}
