import * as z from 'zod';

/**
 * Reads a function's whole configuration once, when its module loads. If a variable is missing or wrong, the module
 * doesn't load, so that a bad deployment never gets a record.
 * @param shape variable name -> zod schema of its text
 * @throws Error that names every variable that is missing or wrong
 * @example const config = readConfiguration({ TRIPS_TABLE: text, SPEED_LIMIT_KMH: number });
 */
export function readConfiguration<S extends z.ZodRawShape>(shape: S, env = process.env): z.infer<z.ZodObject<S>> {
  const result = z.object(shape).safeParse(env);
  if (result.success) return result.data;
  const wrong = result.error.issues.map((issue) => `${issue.path.join('.')} (${issue.message})`).join(', ');
  throw new Error(`configuration: ${wrong}; set it in the function's environment in its functions.yml`);
}

export const text = z.string().min(1);
/** A number in an environment variable. An empty text is missing, not 0. */
export const number = z.string().min(1).pipe(z.coerce.number());
export const positive = number.pipe(z.number().positive());
export const kafkaAuth = z.enum(['iam', 'scram', 'none']);
export const handingBack = z.enum(['throw', 'report']);
