import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '#local/deploy/deploy.ts';
import { localEnvironment } from '#local/deploy/environment.ts';
import { NOWHERE } from '#local/deploy/servers.ts';
import type { Endpoints } from '#local/servers/catalogue.ts';
import { ROOT } from '#local/stack-file.ts';
import type { MskEvent } from '#msk';
import type { Packaged } from '../packaged.ts';
import { largestBundle } from './bounds.ts';

/** A function, ready to be started. */
export interface Startable {
  name: string;
  bundle: string;
  env: Record<string, string>;
  /** Its sample in events/; undefined for a function that takes no batches. */
  event: MskEvent | undefined;
  size: { kilobytes: number; largest: number };
}

/** All functions with the environment variables that they have on the local stack. */
export function startables(packaged: Packaged, deployed: Deployment, endpoints: Endpoints): Startable[] {
  return packaged.functions.map((name) => {
    const bundle = packaged.bundleOf(name);
    const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}LambdaFunction`;
    return {
      name,
      bundle,
      env: {
        PATH: process.env['PATH'] ?? '',
        ...(deployed.environments[id] as Record<string, string>),
        ...localEnvironment(endpoints, NOWHERE),
        AWS_LAMBDA_FUNCTION_NAME: name,
      },
      event: sampleOf(name, endpoints.kafka),
      size: { kilobytes: statSync(bundle).size / 1_000, largest: largestBundle(sourcesOf(bundle)) },
    };
  });
}

function sampleOf(name: string, bootstrapServers: string): MskEvent | undefined {
  const file = join(ROOT, 'events', `${name}.json`);
  if (!existsSync(file)) return undefined;
  const event = JSON.parse(readFileSync(file, 'utf8')) as MskEvent;
  return event.eventSource === 'aws:kafka' ? { ...event, bootstrapServers } : undefined;
}

function sourcesOf(bundle: string): string[] {
  return (JSON.parse(readFileSync(`${bundle}.map`, 'utf8')) as { sources: string[] }).sources;
}
