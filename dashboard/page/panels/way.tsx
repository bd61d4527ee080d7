import { useEffect, useState } from 'preact/hooks';
import type { Way } from '../../contract.ts';
import { ask, messageOf } from '../live/ask.ts';
import { Drawer } from '../parts/drawer.tsx';
import { Empty } from '../parts/panel.tsx';
import { Waterfall } from '../parts/waterfall.tsx';

const AGAIN_MS = 700;
/** After this time, an incomplete way stays as it is: a function may be off. */
const MOST_MS = 60_000;

/** One record's way through topics, functions and stores; it grows until the record is in its stores. */
export function WayDrawer({ source }: { source: string }) {
  const [way, setWay] = useState<Way | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isWaiting, setWaiting] = useState(true);
  useEffect(() => {
    const began = Date.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const read = async () => {
      const found = await ask<Way>('/way', { source }).catch((error: unknown) => messageOf(error));
      if (isOver) return;
      if (typeof found === 'string') setProblem(found);
      else {
        setWay(found);
        setProblem(null);
      }
      const again = typeof found !== 'string' && !found.isComplete && Date.now() - began < MOST_MS;
      setWaiting(again);
      if (again) timer = setTimeout(() => void read(), AGAIN_MS);
    };
    setWay(null);
    setProblem(null);
    setWaiting(true);
    void read();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [source]);

  const missing = way?.steps.filter(({ state }) => state === 'missing').length ?? 0;
  return (
    <Drawer title="One record's way">
      <p class="way-source">
        <code>{source}</code>
        {way !== null && way.trace !== null && <span class="quiet">trace {way.trace}</span>}
      </p>
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {way === null && problem === null && <Empty>Looking for it…</Empty>}
      {way !== null && <Waterfall steps={way.steps} />}
      <p class="quiet" role="status">
        {way !== null && isWaiting && 'More steps may follow…'}
        {way?.isComplete && missing === 0 && 'It is where it belongs.'}
        {way !== null && !isWaiting && missing > 0 && `${missing} steps are missing.`}
      </p>
    </Drawer>
  );
}
