import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The folder that downloads are cached in, shared by all checkouts of this machine: `$MSK_PIPELINE_CACHE`, else
 * `msk-lambda-pipeline` in the XDG cache folder (an empty or relative XDG_CACHE_HOME is ignored, as its standard asks).
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment['MSK_PIPELINE_CACHE'];
  if (own) return own;
  const xdg = environment['XDG_CACHE_HOME'];
  return join(xdg?.startsWith('/') ? xdg : join(homedir(), '.cache'), 'msk-lambda-pipeline');
}
