import type { Members } from './servers/description.ts';
import type { Java } from './servers/java/java.ts';
import { javaFor, MODERN, OLDEST } from './servers/java/private-java.ts';
import { modernNames } from './servers/members.ts';
import type { Progress } from './servers/progress.ts';

export interface JavaChoice {
  /** For most servers: OLDEST or later. */
  readonly java: Java;
  /** For the servers that need MODERN or later. */
  readonly modernJava: Java;
  /** The servers that can run on this machine. */
  readonly members: Members;
  /** The servers that were asked for and can't run on this machine, and why. */
  readonly notRun: Readonly<Record<string, string>>;
}

interface Surroundings {
  readonly cache: string;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

/**
 * Finds the Java runtimes of the servers. Without a Java as new as MODERN, omits the servers that need it.
 * @throws ServerError where the machine has no Java that Kafka runs on
 */
export async function chooseJava(members: Members, surroundings: Surroundings): Promise<JavaChoice> {
  const java = await javaFor(OLDEST, surroundings);
  const modern = modernNames(members);
  if (modern.length === 0) return { java, modernJava: java, members, notRun: {} };
  try {
    return { java, modernJava: await javaFor(MODERN, surroundings), members, notRun: {} };
  } catch (error) {
    surroundings.signal?.throwIfAborted();
    const { message } = error as Error;
    surroundings.progress.line(`${modern.join(' and ')} ${modern.length === 1 ? "doesn't" : "don't"} run: ${message}`);
    const notRun = Object.fromEntries(modern.map((name) => [name, message]));
    return { java, modernJava: java, members: { ...members, search: false, schemaRegistry: false }, notRun };
  }
}
