/**
 * The only price list: USD in us-east-1, without free tiers, reserved capacity and volume discounts. A fork with other
 * prices changes this table, and runs `node cost/page.ts`.
 */
export const PRICES_OF = '2026-11-28';
export const HOURS_A_MONTH = 730;
export const SECONDS_A_MONTH = HOURS_A_MONTH * 3600;

interface Price {
  usd: number;
  /** The price is for this many. */
  per: number;
  of: string;
  /** The page or guide with the price. */
  page: string;
  /** AWS: seen in 2026 in AWS's own guide, repository or page. secondary: only in other sources. */
  source: 'AWS' | 'secondary';
}

const price = (usd: number, per: number, of: string, page: string, source: Price['source']): Price => ({
  usd,
  per,
  of,
  page,
  source,
});

export const prices = {
  lambdaRequest: price(0.2, 1e6, 'requests', 'AWS Lambda Pricing', 'secondary'),
  lambdaGbSecond: price(0.0000133334, 1, 'GB-second on arm64', 'AWS Lambda Pricing', 'secondary'),
  pollerUnit: price(
    0.185,
    1,
    'hour of an event poller unit',
    'Lambda guide, "Apache Kafka event poller scaling modes"',
    'AWS',
  ),
  dynamodbWrite: price(0.625, 1e6, 'write request units', 'Amazon DynamoDB Pricing, on-demand', 'secondary'),
  dynamodbRead: price(0.125, 1e6, 'read request units', 'Amazon DynamoDB Pricing, on-demand', 'secondary'),
  s3Put: price(0.005, 1_000, 'PUT requests', 'Amazon S3 Pricing', 'secondary'),
  s3Storage: price(0.023, 1, 'GB-month of S3 Standard', 'Amazon S3 Pricing', 'secondary'),
  dataApi: price(0.35, 1e6, 'requests of 32 KB of the Data API', 'Amazon Aurora Pricing', 'secondary'),
  acu: price(0.12, 1, 'ACU-hour', 'Amazon Aurora Pricing, Serverless v2', 'secondary'),
  auroraIo: price(0.2, 1e6, 'I/O requests of Aurora Standard', 'Amazon Aurora Pricing', 'secondary'),
  auroraStorage: price(0.1, 1, 'GB-month of Aurora Standard', 'Amazon Aurora Pricing', 'secondary'),
  broker: price(0.204, 1, 'hour of a kafka.m7g.large', 'Amazon MSK Pricing', 'AWS'),
  brokerStorage: price(0.1, 1, 'GB-month of broker storage', 'Amazon MSK Pricing', 'AWS'),
  expressBroker: price(0.408, 1, 'hour of an express.m7g.large', 'Amazon MSK Pricing', 'AWS'),
  expressTraffic: price(0.01, 1, 'GB into Express brokers', 'Amazon MSK Pricing', 'secondary'),
  natGateway: price(0.045, 1, 'hour of a NAT gateway', 'Amazon VPC Pricing', 'secondary'),
  natTraffic: price(0.045, 1, 'GB through a NAT gateway', 'Amazon VPC Pricing', 'secondary'),
  interfaceEndpoint: price(0.01, 1, 'hour of an interface endpoint in a zone', 'AWS PrivateLink Pricing', 'secondary'),
  alarmMetric: price(0.1, 1, 'metric in an alarm, a month', 'Amazon CloudWatch Pricing', 'secondary'),
  metric: price(0.3, 1, 'custom metric, a month (the first 10,000)', 'Amazon CloudWatch Pricing', 'secondary'),
  logs: price(0.5, 1, 'GB of logs', 'Amazon CloudWatch Pricing', 'secondary'),
  trace: price(5, 1e6, 'traces', 'AWS X-Ray Pricing', 'secondary'),
  firehose: price(0.055, 1, 'GB from Amazon MSK', 'Amazon Data Firehose Pricing', 'secondary'),
  firehosePut: price(
    0.029,
    1,
    'GB by Direct PUT, each record rounded up to 5 KB',
    'Amazon Data Firehose Pricing',
    'secondary',
  ),
  connectUnit: price(0.11, 1, 'hour of an MSK Connect unit (MCU)', 'Amazon MSK Pricing, MSK Connect', 'secondary'),
  flinkUnit: price(0.11, 1, 'hour of a KPU', 'Amazon Managed Service for Apache Flink Pricing', 'AWS'),
  flinkStorage: price(0.1, 1, 'GB-month of running storage', 'Amazon Managed Service for Apache Flink Pricing', 'AWS'),
} as const;

export type PriceName = keyof typeof prices;

/** Quantities of what has a price. */
export type Uses = Partial<Record<PriceName, number>>;

/** @example usd('lambdaRequest', 1_000_000) // 0.2 */
export function usd(name: PriceName, quantity: number): number {
  return (prices[name].usd * quantity) / prices[name].per;
}

/** An hourly price for a month. */
export const usdAMonth = (name: PriceName, count: number): number => usd(name, count * HOURS_A_MONTH);

export function usdOf(uses: Uses): number {
  return Object.entries(uses).reduce((sum, [name, quantity]) => sum + usd(name as PriceName, quantity), 0);
}

/** Adds quantities, each times a factor. */
export function sumOf(all: readonly Uses[], factor = 1): Uses {
  const sum: Uses = {};
  for (const uses of all) {
    for (const [name, quantity] of Object.entries(uses) as [PriceName, number][]) {
      sum[name] = (sum[name] ?? 0) + quantity * factor;
    }
  }
  return sum;
}
