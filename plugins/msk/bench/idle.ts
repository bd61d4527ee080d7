import { setTimeout as sleep } from 'node:timers/promises';
import { check, deleteTopics, filledTopic, packagedFunction, pollerOf } from './fixture.ts';
import { numberOptions } from './options.ts';

/** CPU time of idle mappings. */
const HELP = `node bench/idle.ts [--mappings 25] [--seconds 20]

Starts this number of mappings. Each one has its own topic with 3 partitions, and an instance of its function. Measures
the CPU time of this process while no records arrive. Asks for positions every 2 s, as "serverless msk start" does.
Broker: KAFKA_BROKERS, default 127.0.0.1:9092. Limit: 5 % of a core.`;

const { mappings, seconds } = numberOptions(HELP, { mappings: 25, seconds: 20 });
const bound = 5;

const idle = await packagedFunction('export const handler = async () => {};');
await Promise.all(Array.from({ length: mappings }, () => idle.initialize()));
const topics: string[] = [];
while (topics.length < mappings) topics.push(await filledTopic(3, 3, 200));
const all = topics.map((topic) => pollerOf(topic, idle.invoke));
for (const { poller } of all) poller.start();
while (!all.every(({ poller }) => poller.status.metrics.CommittedEventCount === 3)) await sleep(100);
const refresh = setInterval(() => all.map(({ poller }) => poller.refreshPositions()), 2000);
await sleep(10_000);

const before = process.cpuUsage();
const from = performance.now();
await sleep(seconds * 1000);
const { user, system } = process.cpuUsage(before);
const percent = (user + system) / 10 / (performance.now() - from);

clearInterval(refresh);
await Promise.all(all.map(({ stop }) => stop()));
await idle.remove();
await deleteTopics(topics);
check(`idle with ${mappings} mappings`, `${percent.toFixed(1)} % of a core`, percent < bound, `under ${bound} %`);
