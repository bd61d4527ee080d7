import type { CompiledTemplate } from '#msk';
import { topics } from './kafka.ts';
import { properties, type Rule, resources } from './rule.ts';

interface LifecycleRule {
  Id: string;
  Prefix?: string;
  Transitions?: { StorageClass: string; TransitionInDays: number }[];
  ExpirationInDays?: number;
}
interface Bucket {
  LifecycleConfiguration?: { Rules: LifecycleRule[] };
}

/** Minimum age in days for a transition, and minimum time that S3 bills after it. */
const LEAST_DAYS = 30;

const rulesOf = (bucket: Bucket) => bucket.LifecycleConfiguration?.Rules ?? [];
const archive = (template: CompiledTemplate) => rulesOf(properties<Bucket>(template, 'ArchiveBucket'));

/** Whether both rules apply to some objects. */
const overlap = ({ Prefix: one = '' }: LifecycleRule, { Prefix: other = '' }: LifecycleRule) =>
  one.startsWith(other) || other.startsWith(one);

export const lifecycleRules: Rule[] = [
  {
    name: `no object moves to another storage class less than ${LEAST_DAYS} days before it expires`,
    source:
      'S3 guide, "How Amazon S3 handles conflicts in lifecycle configurations"; "Constraints and considerations for transitions"',
    check: (template) =>
      resources<Bucket>(template, 'AWS::S3::Bucket').flatMap(([id, bucket]) =>
        rulesOf(bucket).flatMap((rule) =>
          (rule.Transitions ?? []).flatMap(({ TransitionInDays }) => [
            ...(TransitionInDays < LEAST_DAYS ? [`${id}: ${rule.Id} after ${TransitionInDays} days`] : []),
            ...rulesOf(bucket)
              .filter(({ ExpirationInDays = Infinity }) => ExpirationInDays < TransitionInDays + LEAST_DAYS)
              .filter((other) => overlap(rule, other))
              .map(
                (other) =>
                  `${id}: ${rule.Id} after ${TransitionInDays} days, ${other.Id} after ${other.ExpirationInDays}`,
              ),
          ]),
        ),
      ),
    spoil: (template) => {
      for (const rule of archive(template)) if (rule.Transitions) delete rule.Prefix;
    },
  },
  {
    name: "every topic's archive moves to a colder storage class, or expires",
    source: 'docs/security.md, S3.13',
    check: (template) =>
      topics(template)
        .map(({ TopicName }) => `${TopicName}/`)
        .filter(
          (prefix) =>
            !archive(template).some(
              ({ Prefix = '', Transitions, ExpirationInDays }) =>
                prefix.startsWith(Prefix) && (Transitions ?? ExpirationInDays) !== undefined,
            ),
        ),
    spoil: (template) => {
      const bucket = properties<Bucket>(template, 'ArchiveBucket');
      bucket.LifecycleConfiguration = { Rules: archive(template).filter(({ Id }) => Id !== 'colder-orders') };
    },
  },
];
