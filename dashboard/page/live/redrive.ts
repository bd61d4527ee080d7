import { useEffect, useState } from 'preact/hooks';
import type { Redrive } from '../../contract.ts';
import { ask, messageOf } from './ask.ts';

const AGAIN_MS = 500;

/** The latest redrive of the dashboard's server, and what can be done with it. */
export interface RedriveDesk {
  redrive: Redrive | null;
  problem: string | null;
  /** Whether an answer is awaited. */
  isBusy: boolean;
  post: (path: string, body: object) => Promise<void>;
  forget: () => void;
}

/** Finds a redrive that is running already, and follows it to its end. */
export function useRedrive(): RedriveDesk {
  const [redrive, setRedrive] = useState<Redrive | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const take = async (answer: Promise<Redrive | null>) => {
    try {
      setRedrive(await answer);
      setProblem(null);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  const isRunning = redrive?.state === 'running';
  useEffect(() => {
    const isOver = (found: Redrive | null) => found?.state === 'planned' || found?.state === 'done';
    void take(ask<Redrive | null>('/redrive').then((found) => (isOver(found) ? null : found)));
  }, []);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => void take(ask<Redrive | null>('/redrive')), AGAIN_MS);
    return () => clearInterval(timer);
  }, [isRunning]);
  return {
    redrive,
    problem,
    isBusy,
    async post(path, body) {
      setBusy(true);
      await take(ask<Redrive>(path, {}, body));
      setBusy(false);
    },
    forget: () => setRedrive(null),
  };
}
