import { useState } from 'preact/hooks';
import type { Redrive } from '../../contract.ts';
import { type RedriveDesk, useRedrive } from '../live/redrive.ts';
import { model } from '../live/store.ts';
import { Drawer } from '../parts/drawer.tsx';
import { RedriveTable, Refused } from '../parts/redrive-plan.tsx';
import { count } from '../text/format.ts';

/** Sends dead letters' records back to their topics: first a dry run, and by a second click what it has shown. */
export function RedriveDrawer({ code }: { code: string | null }) {
  const desk = useRedrive();
  const { redrive, problem } = desk;
  return (
    <Drawer title="Redrive dead letters">
      {redrive === null ? <Choice code={code} desk={desk} /> : <Shown redrive={redrive} desk={desk} />}
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </Drawer>
  );
}

const EVERY = '';

function Choice({ code, desk: { post, isBusy } }: { code: string | null; desk: RedriveDesk }) {
  const { graph, deadLetters } = model;
  const topics = graph.nodes.flatMap(({ kind, name }) => (kind === 'topic' && name.endsWith('-dlq') ? name : []));
  const latest = deadLetters.items.find((item) => code === null || item.code === code);
  const [topic, setTopic] = useState(latest?.topic ?? topics[0] ?? '');
  const [cause, setCause] = useState(code ?? EVERY);
  return (
    <form
      class="send"
      onSubmit={(event) => {
        event.preventDefault();
        void post('/redrive/plan', { topic, ...(cause !== EVERY && { code: cause }) });
      }}
    >
      <p>
        Mend the cause first. Then the records of dead letters are sent again to the topics that they came from; only
        the function that refused a record works on it again.
      </p>
      <label>
        Dead-letter topic
        <select value={topic} onChange={(event) => setTopic(event.currentTarget.value)}>
          {topics.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        Cause
        <select value={cause} onChange={(event) => setCause(event.currentTarget.value)}>
          <option value={EVERY}>every cause</option>
          {Object.keys(deadLetters.byCause).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <button type="submit" class="primary" disabled={isBusy}>
        {isBusy ? 'Reading the dead letters…' : 'Show what would be sent'}
      </button>
    </form>
  );
}

function Shown({ redrive, desk: { post, forget, isBusy } }: { redrive: Redrive; desk: RedriveDesk }) {
  const { id, state, sent, total } = redrive;
  const left = count(total - sent);
  const canBegin = state !== 'running' && state !== 'done' && total > 0;
  return (
    <div class="redrive">
      <RedriveTable of={redrive} />
      {state !== 'planned' && <progress max={total} value={sent} aria-label="records sent" />}
      <p role="status">{statusOf(redrive)}</p>
      <Refused of={redrive} />
      <p class="buttons">
        {canBegin && (
          <button type="button" class="primary" disabled={isBusy} onClick={() => void post('/redrive/run', { id })}>
            {state === 'planned' ? `Redrive ${left} records` : 'Go on'}
          </button>
        )}
        {state === 'running' ? (
          <button type="button" disabled={isBusy} onClick={() => void post('/redrive/stop', { id })}>
            Stop
          </button>
        ) : (
          <button type="button" disabled={isBusy} onClick={forget}>
            Choose again
          </button>
        )}
      </p>
    </div>
  );
}

function statusOf({ id, state, sent, total, problem }: Redrive): string {
  const done = `${count(sent)} of ${count(total)} records are sent`;
  const goOn = `“Go on” sends the others, and none twice. The id is ${id}.`;
  return {
    planned: total === 0 ? 'Nothing would be sent.' : 'This is a dry run: nothing is sent yet.',
    running: `${done}. The id is ${id}.`,
    stopped: `Stopped: ${done}. ${goOn}`,
    failed: `It failed: ${problem}. ${done}. ${goOn}`,
    done: `Done: ${done}. The id is ${id}.`,
  }[state];
}
