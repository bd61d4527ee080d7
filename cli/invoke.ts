import { existsSync } from 'node:fs';
import { DUMMY_CREDENTIALS } from '#local/deploy/servers.ts';
import { readStack } from '#local/stack-file.ts';
import { type Command, runCommand, UsageError } from './command.ts';
import { runServerless } from './serverless.ts';

const USAGE = `
Usage: npm run invoke -- FUNCTION [FILE]

Invokes a function with the event in FILE on the running stack, by \`serverless invoke local\`: bundled as it is
deployed, with the running stack's brokers in the event and its endpoints in the environment. Prints what the function
returns, which records it has produced, and what its stores now hold of the event's records. Exit code 1 where the
function fails.

The samples in events/ can be invoked as often as one likes: their records lie in partitions from 9 on, which no topic
has, and so under no running record's name.

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
      throw new UsageError('give a function, and the file of its event');
    if (file !== undefined && !existsSync(file)) throw new Error(`no file "${file}"; the samples are in events/`);
    const { stage } = await readStack();
    const event = file === undefined ? ['--data', '{}'] : ['--path', file];
    const args = ['invoke', 'local', '--stage', stage, '--function', functionKey, ...event];
    const { accessKeyId, secretAccessKey } = DUMMY_CREDENTIALS;
    const account = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_PROFILE: '' };
    return runServerless(args, account, signal);
  },
};

process.exit(await runCommand(invoke));
