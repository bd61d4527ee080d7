import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { OfflineService } from './contract.ts';
import type { Serverless } from './serverless.ts';

/**
 * Loads the module that `custom.msk.offline` names.
 *
 * @throws the framework's error if no module is named, or if it exports no function `deploy`
 */
export async function loadServiceModule({ classes, service, serviceDir }: Serverless): Promise<OfflineService> {
  const path = service.custom?.msk?.offline;
  if (path === undefined) {
    throw new classes.Error(
      'custom.msk.offline must name the module that deploys the template on this machine, e.g. ./offline.ts',
      'MSK_OFFLINE_MODULE_MISSING',
    );
  }
  const module = (await import(pathToFileURL(resolve(serviceDir, path)).href)) as Partial<OfflineService>;
  if (!isOfflineService(module)) {
    throw new classes.Error(
      `${path}, named in custom.msk.offline, must export a function "deploy"`,
      'MSK_OFFLINE_MODULE_INVALID',
    );
  }
  return module;
}

function isOfflineService(module: Partial<OfflineService>): module is OfflineService {
  return typeof module.deploy === 'function';
}
