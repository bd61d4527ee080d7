// For `${file(resources/choices/framework.cjs):NAME}` in serverless.yml. The framework loads only CommonJS.
exports.values = (serverless) => require('./values.ts').values(serverless);
exports.functions = (serverless) => require('./parts.ts').functions(serverless);
exports.mappings = (serverless) => require('./mappings.ts').mappings(serverless);
exports.resources = (serverless) => require('./parts.ts').resources(serverless);
exports.kafkaUsers = (serverless) => require('./kafka-users.ts').kafkaUsers(serverless);
exports.scramSecrets = (serverless) => require('./kafka-users.ts').scramSecrets(serverless);
