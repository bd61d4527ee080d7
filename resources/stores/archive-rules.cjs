// For `${file(resources/stores/archive-rules.cjs)}` in s3.yml: the lifecycle rules of the archive.

/** Topics whose objects expire, with the variable that says when: logins are personal data (docs/schemas.md). */
const EXPIRING = {
  'user-login': { Id: 'logins-as-sent', days: 'param:rawLoginRetentionDays' },
  'user-login-dlq': { Id: 'logins-refused', days: 'param:rawLoginRetentionDays' },
  'user-login-processed': { Id: 'logins-processed', days: 'param:loginRetentionDays' },
};

module.exports = async ({ resolveVariable }) => {
  const { Resources } = await resolveVariable('file(resources/kafka/topics.yml)');
  const topics = Object.values(Resources).map(({ Properties }) => Properties.TopicName);
  const expiring = Object.entries(EXPIRING).map(async ([topic, { Id, days }]) => ({
    Id,
    Status: 'Enabled',
    Prefix: `${topic}/`,
    ExpirationInDays: await resolveVariable(days),
    // An expired object is a noncurrent version until then.
    NoncurrentVersionExpiration: { NoncurrentDays: 1 },
  }));
  return [
    // A rule can't exclude a prefix, so each topic has one. Topics that expire have none: S3 bills a moved object for at
    // least 30 days. S3 doesn't move objects under 128 KB.
    ...topics
      .filter((topic) => !Object.hasOwn(EXPIRING, topic))
      .map((topic) => ({
        Id: `colder-${topic}`,
        Status: 'Enabled',
        Prefix: `${topic}/`,
        Transitions: [{ StorageClass: 'STANDARD_IA', TransitionInDays: 30 }],
      })),
    { Id: 'replaced-versions', Status: 'Enabled', NoncurrentVersionExpiration: { NoncurrentDays: 30 } },
    ...(await Promise.all(expiring)),
    { Id: 'unfinished-uploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
  ];
};
