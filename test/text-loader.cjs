/** A jest transform: a file as its text. */
module.exports = {
  process: (text) => ({ code: `export default ${JSON.stringify(text)};` }),
};
