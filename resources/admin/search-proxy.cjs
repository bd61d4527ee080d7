const { readFileSync } = require('node:fs');
const { join } = require('node:path');

// In base64, because the framework would resolve the placeholders in the text.
module.exports = () => readFileSync(join(__dirname, 'search-proxy.ts')).toString('base64');
