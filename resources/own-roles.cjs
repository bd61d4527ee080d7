// What `${file(resources/own-roles.cjs)}` in audit.yml gives.
module.exports = (serverless) => require('./derived/own-roles.ts').ownRoles(serverless);
