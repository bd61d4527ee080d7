// For `${file(./variants.cjs):NAME}` in serverless.yml. The framework loads only CommonJS.
exports.functions = async (serverless) => require('./variants.ts').functions(await params(serverless));
exports.resources = async (serverless) => require('./variants.ts').resources(await params(serverless));

async function params({ resolveVariable }) {
  const read = async (name) => [name, await resolveVariable(`param:${name}`)];
  const names = ['cluster', 'brokers', 'auth', 'subnets', 'securityGroups', 'enabled', 'replicas'];
  return {
    ...Object.fromEntries(await Promise.all(names.map(read))),
    only: process.env.CONFORM_ONLY ?? '',
    stage: await resolveVariable('sls:stage'),
  };
}
