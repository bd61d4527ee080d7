import { useState } from 'preact/hooks';
import type { DeadLetterItem } from '../../contract.ts';
import { choose } from '../live/chosen.ts';
import { useLive } from '../live/hooks.ts';
import { Bars } from '../parts/bars.tsx';
import { Empty, Panel, Scroll } from '../parts/panel.tsx';
import { Headers, RecordValue } from '../parts/record.tsx';
import { Source } from '../parts/value.tsx';
import { time } from '../text/format.ts';

/** Records that a function refused, by cause. */
export function DeadLettersPanel() {
  return (
    <Panel id="dead-letters" title="Dead letters" note="a click shows the headers and the value">
      <DeadLetters />
    </Panel>
  );
}

function DeadLetters() {
  const { deadLetters, canRedrive } = useLive('deadLetters', 'state');
  const [code, setCode] = useState<string | null>(null);
  const shown = deadLetters.items.filter((item) => code === null || item.code === code);
  if (Object.keys(deadLetters.byCause).length === 0 && shown.length === 0) return <Empty>No dead letter yet.</Empty>;
  return (
    <div class="dead-letters">
      <div>
        <Bars title="By cause" counts={deadLetters.byCause} most={7} chosen={code} onChoose={setCode} />
        {canRedrive && (
          <button type="button" class="redrive-open" onClick={() => choose({ drawer: { kind: 'redrive', code } })}>
            Redrive…
          </button>
        )}
      </div>
      <Scroll label="The latest dead letters">
        <ul class="letter-list">
          {shown.map((item) => (
            <Letter key={`${item.topic}-${item.partition}-${item.offset}`} item={item} />
          ))}
        </ul>
        {shown.length === 0 && <Empty>The latest dead letters have other causes.</Empty>}
      </Scroll>
    </div>
  );
}

function Letter({ item }: { item: DeadLetterItem }) {
  const [isOpen, setOpen] = useState(false);
  const { topic, partition, offset, code, reason, origin } = item;
  return (
    <li>
      <button type="button" class="letter" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span class="code">{code}</span>
        <span class="message">{reason}</span>
        <span class="quiet">{time(item.time)}</span>
      </button>
      {isOpen && (
        <div class="letter-body">
          <dl>
            <dt>lies in</dt>
            <dd>
              <Source of={`${topic}-${partition}-${offset}`} />
            </dd>
            <dt>came from</dt>
            <dd>{origin === null ? 'not known' : <Source of={origin} />}</dd>
            <dt>refused by</dt>
            <dd>{item.function ?? 'not known'}</dd>
            <dt>reason</dt>
            <dd>{reason}</dd>
          </dl>
          <Headers of={item.headers} />
          <RecordValue topic={topic} partition={partition} offset={offset} />
        </div>
      )}
    </li>
  );
}
