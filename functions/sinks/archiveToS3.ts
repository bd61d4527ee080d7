import * as z from 'zod';
import { readConfiguration, text } from '#lib/configuration.ts';
import { immutableObjects } from '#lib/stores/objects.ts';
import { dynamodbCheckpoints } from './s3/checkpoints.ts';
import { s3Sink } from './s3/sink.ts';
import { sinkHandler, sinkVariables } from './sink-handler.ts';

const config = readConfiguration({
  ...sinkVariables,
  ARCHIVE_BUCKET: text,
  CHECKPOINTS_TABLE: text,
  /** JSON: topic -> epoch */
  TOPIC_EPOCHS: z.string().transform((json) => z.record(z.string(), z.int().min(0)).parse(JSON.parse(json))),
});

/** Every topic, including dead-letter topics -> S3, unchanged. */
export const handler = sinkHandler(
  'archiveToS3',
  config,
  s3Sink({
    stores: {
      objects: immutableObjects(config.ARCHIVE_BUCKET),
      checkpoints: dynamodbCheckpoints(config.CHECKPOINTS_TABLE),
    },
    epochs: config.TOPIC_EPOCHS,
  }),
  { takesAny: true },
);
