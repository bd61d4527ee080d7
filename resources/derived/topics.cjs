// For `${file(resources/derived/topics.cjs):NAME}` in functions.yml: lists of topics, from resources/kafka/topics.yml.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { parse } = require('yaml');

const file = join(__dirname, '..', 'kafka', 'topics.yml');

function refs(isMeant) {
  const { Resources } = parse(readFileSync(file, 'utf8'), { logLevel: 'silent' });
  return Object.entries(Resources)
    .filter(([, { Properties }]) => isMeant(Properties.TopicName))
    .map(([Ref]) => ({ Ref }));
}

exports.all = () => refs(() => true);
/** Topics that records can be redriven to: a dead-letter topic has no dead letters of its own. */
exports.redriven = () => refs((name) => !name.endsWith('-dlq'));
