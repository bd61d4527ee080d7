import { Script } from 'node:vm';
import { UsageError } from '../command.ts';

/** What the parts of a domain are called. */
export interface DomainNames {
  /** its folder in functions/ and proof/ */
  domain: string;
  /** in code: `cardPayments` and `CardPayments` */
  camel: string;
  pascal: string;
  /** topics */
  input: string;
  processed: string;
  deadLetters: string;
  /** the function that validates its records */
  handler: string;
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** A Lambda function's name has 64 characters: service, stage and `process` are in front of this. */
const LONGEST = 24;

/**
 * Checks the name of a domain or topic.
 * @throws UsageError
 */
export function checkedName(name: string): string {
  if (!NAME.test(name) || name.length > LONGEST)
    throw new UsageError(
      `a name is lower-case words with hyphens between, of ${LONGEST} characters at most, not "${name}"`,
    );
  return name;
}

export function domainNames(domain: string): DomainNames {
  const pascal = pascalOf(checkedName(domain));
  const camel = `${pascal[0]?.toLowerCase()}${pascal.slice(1)}`;
  if (isReserved(camel)) throw new UsageError(`"${domain}" is a word of JavaScript: choose another name`);
  return {
    domain,
    camel,
    pascal,
    input: domain,
    processed: `processed-${domain}`,
    deadLetters: `${domain}-dlq`,
    handler: `process${pascal}`,
  };
}

/** Whether nothing may be called that in a module. */
function isReserved(name: string): boolean {
  try {
    new Script(`'use strict'; async () => { const ${name} = 0; };`);
    return false;
  } catch {
    return true;
  }
}

/** `card-payments` -> `CardPayments` */
function pascalOf(name: string): string {
  return name
    .split('-')
    .map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)
    .join('');
}

/** The logical id of a topic in the template. */
export function topicId(topic: string): string {
  return `${pascalOf(topic)}Topic`;
}
