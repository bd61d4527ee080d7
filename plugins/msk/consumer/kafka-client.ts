/** Loads the Kafka client on first use. It takes half a second, so packaging and deploying must not wait for it. */
export const kafkaClient = () => import('@platformatic/kafka');
