// What `${file(resources/derived.cjs)}` in serverless.yml gives. The framework loads CommonJS; the work is TypeScript.
module.exports = (serverless) => require('./derived/derived.ts').derived(serverless);
