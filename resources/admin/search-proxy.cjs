const { readFileSync } = require('node:fs');
const { join } = require('node:path');

// The text as user data can hold it: in base64, since the framework would take the placeholders in it for its own.
module.exports = () => readFileSync(join(__dirname, 'search-proxy.ts')).toString('base64');
