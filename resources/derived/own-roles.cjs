// For `${file(resources/derived/own-roles.cjs)}` in security/audit.yml. The framework loads only CommonJS.
module.exports = (serverless) => require('./own-roles.ts').ownRoles(serverless);
