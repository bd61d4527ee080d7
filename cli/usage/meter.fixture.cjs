// A function's process, reduced: for each event it makes the calls that the event lists, logs a line, and answers.
const { request } = require('node:http');

process.on('message', async ({ event }) => {
  for (const { endpoint, method, path, headers, body } of JSON.parse(event).calls) {
    await new Promise((resolve) => {
      const call = request(`${endpoint}${path}`, { method, headers }, (answer) => answer.resume().on('end', resolve));
      call.end(body);
    });
  }
  console.log('one line');
  process.send({ response: 'null' });
});
