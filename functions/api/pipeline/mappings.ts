import * as z from 'zod';

/** An event source mapping. */
export interface Mapping {
  readonly function: string;
  readonly topic: string;
  readonly group: string;
}

/** By function, the topics of its mappings; with the group where that isn't the usual FUNCTION-TOPIC-v1. */
const listed = z.record(z.string(), z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])));

/**
 * The text of the variable MAPPINGS, which resources/choices/mappings.ts writes. It leaves out what can be derived: the
 * variables of a function have at most 4 KB.
 */
export const mappingsText = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'expected JSON' });
      return z.NEVER;
    }
  })
  .pipe(listed)
  .transform((functions): Mapping[] =>
    Object.entries(functions).flatMap(([name, topics]) =>
      topics.map((each) => {
        const [topic, group = `${name}-${topic}-v1`] = typeof each === 'string' ? [each] : each;
        return { function: name, topic, group };
      }),
    ),
  );
