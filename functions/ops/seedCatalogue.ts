import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { readConfiguration, text } from '#lib/configuration.ts';
import { invocationDeadline } from '#lib/deadline.ts';
import { oneAttempt } from '#lib/stores/call.ts';
import file from '#resources/catalogue/products.json' with { type: 'json' };
import { readProducts, writeProducts } from './products.ts';

const config = readConfiguration({ PRODUCTS_TABLE: text });
const products = readProducts(file);
const client = new DynamoDBClient(oneAttempt);

/** Writes resources/catalogue/products.json to the products' table, in a deployment or by hand. Idempotent. */
export async function handler(_event: unknown, context: Context): Promise<{ products: number }> {
  await writeProducts(products, { client, table: config.PRODUCTS_TABLE }, invocationDeadline(context));
  return { products: products.length };
}
