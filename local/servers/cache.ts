import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The cache folder for downloads, which all checkouts of this machine share: `$MSK_PIPELINE_CACHE`, or else
 * `msk-lambda-pipeline` in the XDG cache folder. (The XDG standard ignores an empty or relative XDG_CACHE_HOME.)
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment['MSK_PIPELINE_CACHE'];
  if (own) return own;
  const xdg = environment['XDG_CACHE_HOME'];
  return join(xdg?.startsWith('/') ? xdg : join(homedir(), '.cache'), 'msk-lambda-pipeline');
}
