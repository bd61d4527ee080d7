import { useState } from 'preact/hooks';
import type { Sample, Sent } from '../../contract.ts';
import { ask, messageOf } from '../live/ask.ts';
import { openWay } from '../live/chosen.ts';
import { model } from '../live/store.ts';
import { Drawer } from '../parts/drawer.tsx';
import { pretty } from '../parts/record.tsx';

/** Sends one record to a topic, and opens its way. */
export function SendDrawer() {
  const { samples } = model;
  const [topic, setTopic] = useState(samples[0]?.topic ?? '');
  const [sample, setSample] = useState(samples[0]);
  const [key, setKey] = useState(sample?.key ?? '');
  const [value, setValue] = useState(pretty(sample?.value ?? ''));
  const [problem, setProblem] = useState<string | null>(null);
  const topics = [...new Set(samples.map((each) => each.topic))];
  const use = (next: Sample | undefined) => {
    setSample(next);
    setKey(next?.key ?? '');
    setValue(pretty(next?.value ?? ''));
  };
  const send = async () => {
    // A sample that wasn't changed is sent as it is, not with the line breaks that the field shows.
    const raw = sample !== undefined && value === pretty(sample.value) ? sample.value : value;
    try {
      const { source } = await ask<Sent>('/send', {}, { topic, key: key === '' ? null : key, value: raw });
      openWay(source);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <Drawer title="Send a record">
      <form
        class="send"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <label>
          Topic
          <select
            value={topic}
            onChange={(event) => {
              setTopic(event.currentTarget.value);
              use(samples.find((each) => each.topic === event.currentTarget.value));
            }}
          >
            {topics.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <fieldset>
          <legend>Sample</legend>
          {samples
            .filter((each) => each.topic === topic)
            .map((each) => (
              <button
                type="button"
                key={each.title}
                class={`chip ${each.isBad ? 'bad' : ''}`}
                aria-pressed={each === sample}
                onClick={() => use(each)}
              >
                {each.title}
              </button>
            ))}
        </fieldset>
        <label>
          Key
          <input value={key} placeholder="none" onInput={(event) => setKey(event.currentTarget.value)} />
        </label>
        <label>
          Value
          <textarea
            rows={12}
            spellcheck={false}
            value={value}
            onInput={(event) => setValue(event.currentTarget.value)}
          />
        </label>
        {problem !== null && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" class="primary">
          Send, and follow it
        </button>
      </form>
    </Drawer>
  );
}
