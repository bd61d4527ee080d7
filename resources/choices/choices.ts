/** The framework passes it to a file that exports a function. */
export interface Serverless {
  /** of the command; `param` has each `--param` as it was given */
  options: { param?: readonly string[] };
  resolveConfigurationProperty: (path: string[]) => Promise<unknown>;
  resolveVariable: (variable: string) => Promise<unknown>;
}

/** Params with a fixed set of values. Each value puts other resources or other properties into the template. */
export const options = {
  /** how functions and mappings log in to the brokers: by their roles, by passwords, or on one machine not at all */
  kafkaAuth: ['iam', 'scram', 'none'],
  /** availability zones that the private subnets are in */
  zones: ['two', 'three'],
  /** how a private subnet reaches AWS: by NAT gateways, or by interface endpoints without a route to the internet */
  egress: ['nat', 'endpoints'],
  /** SCRAM: a listener of the brokers with passwords, beside IAM */
  scram: ['on', 'off'],
  /** TIERED: the brokers move older records to S3 */
  storageMode: ['LOCAL', 'TIERED'],
  /** EC2 instances for people: a bastion, and one with Kafka's command line */
  admin: ['on', 'off'],
  /** SSH to these instances, beside Session Manager */
  ssh: ['on', 'off'],
  /** where alerts can be searched: an OpenSearch domain, a serverless collection, or nowhere */
  search: ['domain', 'serverless', 'none'],
  /** zones that the nodes of an OpenSearch domain are in */
  searchZones: ['one', 'all'],
  /** an SNS topic for alerts, and the function that publishes to it */
  notifications: ['on', 'off'],
  /** form of the records in user-login-processed (custom.loginsOutputSchema of serverless.yml) */
  loginsOutputFormat: ['json', 'avro-glue', 'avro-confluent'],
} as const;

export type Choices = { -readonly [name in keyof typeof options]: (typeof options)[name][number] };

/** A wrong param, or a wrong name of a stage. Without a stack trace, because the framework would print it. */
export class WrongChoice extends Error {
  override readonly name = 'WrongChoice';
  override readonly stack = '';
}

/** @throws WrongChoice for a param with another value than its options */
export async function readChoices({ resolveVariable }: Pick<Serverless, 'resolveVariable'>): Promise<Choices> {
  const entries = Object.entries(options).map(async ([name, values]) => {
    const value = String(await resolveVariable(`param:${name}`));
    if (!(values as readonly string[]).includes(value)) {
      throw new WrongChoice(`the param ${name} is "${value}": it must be one of ${values.join(', ')}`);
    }
    return [name, value] as const;
  });
  const choices = Object.fromEntries(await Promise.all(entries)) as Choices;
  // Who logs in with a password needs the listener for it.
  return choices.kafkaAuth === 'scram' ? { ...choices, scram: 'on' } : choices;
}
