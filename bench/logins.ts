import { readFile } from 'node:fs/promises';
import { setImmediate as breath } from 'node:timers/promises';
import { encodingOf } from '#functions/logins/encoding.ts';
import { loginReader } from '#functions/logins/login.ts';
import { avroDecoder, avroRecord } from '#lib/schema-registry/avro.ts';
import { frameConfluent } from '#lib/schema-registry/framing.ts';
import type { Benchmark } from './benchmark.ts';

/** The maximum number of records in a Lambda batch. */
const BATCH = 10_000;
const ROUNDS = 100;
const WARM_UP = 15;
const LEAST_PER_SECOND = 200_000;
const LEAST_RATIO = 0.5;

const VERSIONS = ['1.0.0', '2.3.0', '2.3.1', '2.4.0-beta.1'];
const LOCALES = ['NE', 'en_US', 'de-CH', 'zh-Hant-TW'];
const DEVICES = ['android', 'iOS', 'web', 'fridge'];

const login = (i: number): object => ({
  user_id: `${100_000 + i}`,
  app_version: VERSIONS[i % VERSIONS.length],
  ip: i % 10 === 0 ? `2001:db8:${(i % 5_000).toString(16)}::1` : `162.255.${i % 250}.${i % 199}`,
  locale: LOCALES[i % LOCALES.length],
  device_id: `0bcbfec0-02c4-496c-99ac-${(0x35d0cc000000 + i).toString(16)}`,
  timestamp: 1_742_331_926 + i,
  device_type: DEVICES[i % DEVICES.length],
});

/** Decodes and validates framed logins; decodes the same bytes with avsc only. Rounds alternate; the median counts. */
export const logins: Benchmark = {
  what: 'decodes and validates logins from Avro; compared with avsc, which only decodes',
  async run(scale, signal) {
    const schema = await readFile('resources/avro/user_login.avsc', 'utf8');
    const type = avroRecord(schema);
    const payloads = Array.from({ length: BATCH }, (_, i) => type.toBuffer(login(i)));
    const records = payloads.map((payload) => ({ value: frameConfluent(7, payload), valueSchema: undefined }));
    const decoder = avroDecoder(schema, type);
    const decoderOf = () => decoder;
    const read = loginReader(type);
    const now = Date.now();

    const contestants = {
      avsc: () => {
        for (const payload of payloads) type.fromBuffer(payload);
      },
      ours: () => {
        for (const record of records) read(encodingOf(record), decoderOf, now);
      },
    };
    const rounds: { avsc: number; ours: number }[] = [];
    for (let round = -WARM_UP; round < Math.max(1, ROUNDS * scale); round += 1) {
      const measured = { avsc: timed(contestants.avsc), ours: timed(contestants.ours) };
      if (round >= 0) rounds.push(measured);
      await breath();
      signal.throwIfAborted();
    }

    const perSecond = (ms: number): number => (BATCH / ms) * 1_000;
    return {
      figures: [
        {
          name: 'logins decoded and validated',
          unit: 'logins/s',
          better: 'higher',
          rounds: rounds.map(({ ours }) => perSecond(ours)),
          bound: LEAST_PER_SECOND,
        },
        {
          name: 'logins decoded by avsc alone',
          unit: 'logins/s',
          better: 'higher',
          rounds: rounds.map(({ avsc }) => perSecond(avsc)),
        },
        {
          name: 'logins decoded and validated',
          unit: 'of avsc alone',
          better: 'higher',
          rounds: rounds.map(({ avsc, ours }) => avsc / ours),
          bound: LEAST_RATIO,
        },
      ],
      wrong: [],
    };
  },
};

function timed(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}
