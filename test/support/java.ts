import { cacheFolder } from '#local/servers/cache.ts';
import type { Artifact } from '#local/servers/jars/artifacts.ts';
import { fetchJars } from '#local/servers/jars/fetch-jars.ts';
import type { Java } from '#local/servers/java/java.ts';
import { javaFor, OLDEST } from '#local/servers/java/private-java.ts';
import { silent } from '#local/servers/progress.ts';

/** Fetches the jars of an artifact to the cache. @returns the cache, and a Java of at least this version */
export async function javaWith(artifact: Artifact, oldest = OLDEST): Promise<{ cache: string; java: Java }> {
  const cache = cacheFolder();
  const java = await javaFor(oldest, { cache, progress: silent });
  await fetchJars([artifact], { cache, java, progress: silent });
  return { cache, java };
}
