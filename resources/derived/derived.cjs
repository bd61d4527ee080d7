// For `${file(resources/derived/derived.cjs)}` in serverless.yml. The framework loads only CommonJS.
module.exports = (serverless) => require('./derived.ts').derived(serverless);
