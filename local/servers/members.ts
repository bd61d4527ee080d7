import { KAFKA_PORT, type PortName, type Row, SERVED, SERVERS } from './catalogue.ts';
import type { Members } from './description.ts';
import { type Artifact, KAFKA } from './jars/artifacts.ts';

/** The rows of a stack's servers, without its brokers. */
export function rowsOf(members: Omit<Members, 'brokers'>): readonly Row[] {
  return SERVERS.filter(({ isIn }) => isIn?.(members) ?? true);
}

/** `kafka`, `kafka-2`, `kafka-3`. */
export function brokerNames(brokers: number): string[] {
  return Array.from({ length: brokers }, (_, index) => (index === 0 ? 'kafka' : `kafka-${index + 1}`));
}

/** The names of a stack's servers, in the order of the screen. */
export function serverNames(members: Members): string[] {
  return [...brokerNames(members.brokers), ...rowsOf(members).map(({ name }) => name)];
}

/** The servers whose data `--keep` keeps: without optional ones, which the next run may add or omit. */
export function keptNames(members: Members): string[] {
  const kept = rowsOf(members).filter(({ optional }) => !optional);
  return [...brokerNames(members.brokers), ...kept.map(({ name }) => name)];
}

/** The servers that need the newer Java, MODERN. */
export function modernNames(members: Omit<Members, 'brokers'>): string[] {
  return rowsOf(members).flatMap(({ name, modernJava }) => (modernJava ? [name] : []));
}

/** All servers, and what the runner serves, with their default ports. */
export function usualPorts(): { name: PortName; port: number }[] {
  return [
    { name: 'kafka', port: KAFKA_PORT },
    ...SERVERS.map(({ name, usual }) => ({ name, port: usual })),
    { name: 'api', port: SERVED.api },
    { name: 'aws', port: SERVED.aws },
  ];
}

/** The artifacts that the stack's servers need in the cache. */
export function artifactsOf(members: Omit<Members, 'brokers'>): Artifact[] {
  return [KAFKA, ...rowsOf(members).flatMap(({ artifact }) => artifact ?? [])];
}
