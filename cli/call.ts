import { type Command, runCommand, UsageError } from './command.ts';
import { ONCE, runServerless } from './serverless.ts';

const USAGE = `
Usage: npm run call -- FUNCTION [options]

Invokes a deployed function once with \`serverless invoke\`, waits for its end, and prints what it returns or why it
failed. The exit code is 1 if it fails.

  --stage STAGE          the deployed stage (dev)
  --region REGION        its AWS region
  --aws-profile NAME     profile with the AWS credentials
  --param NAME=VALUE     the same parameters as in the deployment; may be repeated

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

const call: Command<typeof OPTIONS> = {
  name: 'call',
  usage: USAGE,
  options: OPTIONS,
  run({ values, positionals: [functionKey, ...more], signal }) {
    if (functionKey === undefined || more.length > 0)
      throw new UsageError('name one function, as in: npm run call -- migrate');
    const options = Object.keys(OPTIONS).flatMap((name) =>
      [values[name as keyof typeof OPTIONS] ?? []].flat().flatMap((value) => [`--${name}`, value]),
    );
    return runServerless(['invoke', '--function', functionKey, '--data', '{}', ...options], ONCE, signal);
  },
};

process.exit(await runCommand(call));
