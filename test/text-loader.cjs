/** A jest transform that imports a file as its text. */
module.exports = {
  process: (text) => ({ code: `export default ${JSON.stringify(text)};` }),
};
