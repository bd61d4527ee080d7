export async function handler({ records }) {
  for (const { topic, offset, value } of Object.values(records).flat()) {
    console.log(`${topic} ${offset}: ${Buffer.from(value, 'base64')}`);
  }
}
