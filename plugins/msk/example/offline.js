/** @type {import('serverless-offline-msk').OfflineService['deploy']} */
export async function deploy() {
  const brokers = process.env.KAFKA_BROKERS ?? '127.0.0.1:9092';
  return { references: {}, bootstrapServers: () => brokers, environment: {} };
}
