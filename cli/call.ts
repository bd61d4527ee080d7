import { type Command, runCommand, UsageError } from './command.ts';
import { runServerless } from './serverless.ts';

const USAGE = `
Usage: npm run call -- FUNCTION [options]

Invokes a deployed function once, by \`serverless invoke\`, waits until it is done, and prints what it returns or why it
failed. Exit code 1 where it fails.

  --stage STAGE          dev by default
  --region REGION
  --aws-profile NAME
  --param NAME=VALUE     as the stage was deployed with; may be repeated

Examples:
  npm run call -- migrate --stage dev
  npm run smoke -- --stage dev          (the same as: npm run call -- smoke)
`;

const OPTIONS = {
  stage: { type: 'string' },
  region: { type: 'string' },
  'aws-profile': { type: 'string' },
  param: { type: 'string', multiple: true },
} as const;

/**
 * By itself the framework waits for two minutes, and then invokes a second time while the first still runs. No function
 * runs longer than 15 minutes, and one that has no answer after that is not invoked again.
 */
const ONCE = { AWS_CLIENT_TIMEOUT: String(16 * 60_000), SLS_AWS_REQUEST_MAX_RETRIES: '0' };

const call: Command<typeof OPTIONS> = {
  name: 'call',
  usage: USAGE,
  options: OPTIONS,
  run({ values, positionals: [functionKey, ...more], signal }) {
    if (functionKey === undefined || more.length > 0) throw new UsageError('give one function');
    const options = Object.keys(OPTIONS).flatMap((name) =>
      [values[name as keyof typeof OPTIONS] ?? []].flat().flatMap((value) => [`--${name}`, value]),
    );
    return runServerless(['invoke', '--function', functionKey, '--data', '{}', ...options], ONCE, signal);
  },
};

process.exit(await runCommand(call));
