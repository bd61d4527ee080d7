// What `${file(resources/choices/choices.cjs):NAME}` in serverless.yml gives. The framework loads CommonJS; the work is
// TypeScript.
exports.values = (serverless) => require('./values.ts').values(serverless);
exports.functions = (serverless) => require('./parts.ts').functions(serverless);
exports.resources = (serverless) => require('./parts.ts').resources(serverless);
