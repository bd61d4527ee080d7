/**
 * The Kafka client, loaded by who talks to a cluster: that takes half a second, which packaging and deploying needn't
 * wait for.
 */
export const kafkaClient = () => import('@platformatic/kafka');
