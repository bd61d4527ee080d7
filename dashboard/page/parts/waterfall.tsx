import type { WayStep } from '../../contract.ts';
import { ms } from '../text/format.ts';

/** Steps below each other, each with a bar from when it began until when it ended. */
export function Waterfall({ steps }: { steps: readonly WayStep[] }) {
  const times = steps.flatMap(({ from, to }) => [from, to]).filter((time): time is number => time !== null);
  const start = Math.min(...times);
  const span = Math.max(1, Math.max(...times) - start);
  return (
    <>
      <ol class="waterfall">
        {steps.map((step, index) => (
          <Step key={index} step={step} depth={depthOf(steps, index)} start={start} span={span} />
        ))}
      </ol>
      {times.length > 0 && (
        <p class="waterfall-scale quiet">
          <span>0</span>
          <span>{ms(span)}</span>
        </p>
      )}
    </>
  );
}

function Step({ step, depth, start, span }: { step: WayStep; depth: number; start: number; span: number }) {
  const { kind, name, from, to, detail, state } = step;
  const begin = from ?? to;
  const left = begin === null ? 0 : ((begin - start) / span) * 100;
  const width = from === null || to === null ? 0 : ((to - from) / span) * 100;
  return (
    <li class={`${kind} ${state.replace(' ', '-')}`}>
      <span class="kind">{kind}</span>
      <span class="step-name" style={{ paddingLeft: `${Math.min(depth, 6) * 12}px` }}>
        <b>{name}</b>
        {state !== 'done' && <span class={`badge ${state === 'missing' ? 'warn' : 'bad'}`}>{state}</span>}
        {detail !== '' && <span class="detail">{detail}</span>}
      </span>
      <span class="step-time">
        {begin === null ? <span class="unknown">time not known</span> : `+${ms(begin - start)}`}
      </span>
      <span class="track">
        {begin !== null && (
          <span
            class="bar"
            style={{ left: `${Math.min(left, 99)}%`, width: `max(4px, ${Math.min(width, 100 - left)}%)` }}
          />
        )}
      </span>
    </li>
  );
}

function depthOf(steps: readonly WayStep[], index: number): number {
  let depth = 0;
  for (let at = steps[index]?.parent ?? null; at !== null && depth < steps.length; at = steps[at]?.parent ?? null)
    depth += 1;
  return depth;
}
