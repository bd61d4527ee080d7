import { existsSync } from 'node:fs';
import { readKafkaUsers } from '#local/deploy/kafka-users/kafka-users.ts';
import { DUMMY_CREDENTIALS } from '#local/deploy/servers.ts';
import { readStack } from '#local/stack-file.ts';
import { type Command, runCommand, UsageError } from './command.ts';
import { runServerless } from './serverless.ts';

const USAGE = `
Usage: npm run invoke -- FUNCTION [FILE]

Invokes a function on the running stack with the event in FILE, by \`serverless invoke local\`. The function is bundled
as for a deployment. The event gets the running stack's brokers, the environment gets its endpoints. Prints what the
function returns, the records that it produced, and what its stores now hold of the event's records. The exit code is 1
if the function fails.

You can invoke the samples in events/ as often as you like. Their records are in partitions 9 and above, which no topic
has, so they never overwrite the stored data of a real record.

Examples:
  npm run invoke -- processTelemetry events/processTelemetry.json
  npm run invoke -- migrate
`;

const invoke: Command<Record<never, never>> = {
  name: 'invoke',
  usage: USAGE,
  options: {},
  async run({ positionals: [functionKey, file, ...more], signal }) {
    if (functionKey === undefined || more.length > 0)
      throw new UsageError(
        'give a function, and a file with its event, as in: npm run invoke -- processOrder events/processOrder.json',
      );
    if (file !== undefined && !existsSync(file)) throw new Error(`no file "${file}"; sample events are in events/`);
    const { stage, endpoints } = await readStack();
    const users = await readKafkaUsers(endpoints.kafka);
    const event = file === undefined ? ['--data', '{}'] : ['--path', file];
    const args = ['invoke', 'local', '--stage', stage, '--function', functionKey, ...event];
    // As in the run itself. Node.js reads the brokers' authority only when a process starts.
    if (users !== undefined) args.push('--param', 'kafkaAuth=scram');
    const { accessKeyId, secretAccessKey } = DUMMY_CREDENTIALS;
    const account = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_PROFILE: '' };
    return runServerless(args, { ...account, ...(users && { NODE_EXTRA_CA_CERTS: users.caFile }) }, signal);
  },
};

process.exit(await runCommand(invoke));
