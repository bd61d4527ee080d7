import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { AVRO } from '#local/servers/jars/artifacts.ts';
import { classPath } from '#local/servers/jars/jars.ts';
import { javaWith } from './java.ts';

export type JavaFraming = 'confluent' | 'glue' | 'glue-zlib';

/** A line for test/interop/AvroLogins.java. */
export interface Operation {
  readonly operation: 'write' | 'read';
  readonly framing: JavaFraming;
  readonly id: string;
  /** JSON to write, base64 to read */
  readonly data: string;
}

/** Runs the operations with org.apache.avro. @returns their results in the same order */
export async function javaAvro(schemaFile: string, operations: readonly Operation[]): Promise<string[]> {
  const { cache, java } = await javaWith(AVRO);
  const program = spawn(java.path, ['-cp', classPath(cache, AVRO), 'AvroLogins', schemaFile], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  program.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  for (const { operation, framing, id, data } of operations) {
    program.stdin.write(`${[operation, framing, id, data].join('\t')}\n`);
  }
  program.stdin.end();
  const [code] = (await once(program, 'close')) as [number | null];
  if (code !== 0) throw new Error(`AvroLogins ended with ${code}`);
  return Buffer.concat(chunks).toString('utf8').trimEnd().split('\n');
}
