import { useEffect, useState } from 'preact/hooks';
import type { TailItem } from '../../contract.ts';
import { useLive } from '../live/hooks.ts';
import { follow } from '../live/live.ts';
import { model } from '../live/store.ts';
import { Empty, Panel, Scroll } from '../parts/panel.tsx';
import { Headers, pretty } from '../parts/record.tsx';
import { Source } from '../parts/value.tsx';
import { count, time } from '../text/format.ts';

const ROWS = 60;

/** The records of any topic as they come. */
export function TailPanel() {
  return (
    <Panel id="tail" title="Tail" note="the records of a topic as they are written">
      <Tail />
    </Panel>
  );
}

function Tail() {
  const { tail, graph } = useLive('tail', 'state');
  const [words, setWords] = useState('');
  const [paused, setPaused] = useState<TailItem[] | null>(null);
  const { topic } = tail;
  useEffect(() => setPaused(null), [topic]);
  const topics = graph.nodes.filter(({ kind }) => kind === 'topic').map(({ name }) => name);
  const asked = words.trim().toLowerCase();
  const items = (paused ?? tail.items).filter(({ key, value }) =>
    `${key ?? ''} ${value}`.toLowerCase().includes(asked),
  );
  return (
    <>
      <div class="filters">
        <select aria-label="Topic" value={topic ?? ''} onChange={(event) => follow(event.currentTarget.value || null)}>
          <option value="">Choose a topic</option>
          {topics.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <input
          type="search"
          aria-label="Filter records"
          placeholder="Words in key or value"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
        <button
          type="button"
          disabled={topic === null}
          aria-pressed={paused !== null}
          onClick={() => setPaused(paused === null ? model.tail.items : null)}
        >
          {paused === null ? 'Pause' : 'Go on'}
        </button>
      </div>
      <Scroll label={topic === null ? 'Records' : `Records of ${topic}`}>
        {topic === null && <Empty>Choose a topic here, or click one in the flow.</Empty>}
        {topic !== null && items.length === 0 && (
          <Empty>{tail.items.length === 0 ? 'No record has come yet.' : 'No record matches.'}</Empty>
        )}
        <ul class="tail-list">
          {items.slice(0, ROWS).map((item) => (
            <Row key={`${item.partition}-${item.offset}`} topic={topic ?? ''} item={item} />
          ))}
        </ul>
      </Scroll>
      {tail.left > 0 && (
        <p class="more">{count(tail.left)} records weren't sent to this page, because too many came at once.</p>
      )}
    </>
  );
}

function Row({ topic, item }: { topic: string; item: TailItem }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <Source of={`${topic}-${item.partition}-${item.offset}`} says={`${item.partition}-${item.offset}`} />
      <span class="quiet">{time(item.time)}</span>
      <button type="button" class="plain value" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <b>{item.key ?? '–'}</b> {item.value}
      </button>
      {isOpen && (
        <div class="letter-body">
          <pre>{pretty(item.value)}</pre>
          <Headers of={item.headers} />
        </div>
      )}
    </li>
  );
}
