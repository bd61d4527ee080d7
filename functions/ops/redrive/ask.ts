import { within } from '#lib/deadline.ts';
import { type Action, answer, type ClusterAt, type Request } from './answer.ts';
import type { Answers, Requests } from './requests.ts';

/** Asks the service that reads and redrives dead letters: in this process, or by a function of a stage. */
export type Ask = <A extends Action>(action: A, request: Requests[A]) => Promise<Answers[A]>;

const CALL_MS = 60_000;

/** The service of a cluster that this machine reaches. */
export function localService(cluster: ClusterAt): Ask {
  return (action, request) => answer({ action, ...request } as Request<typeof action>, cluster, within(CALL_MS));
}

/** All letters that the filter allows, page by page. */
export async function lettersOf(ask: Ask, { topic, filter }: Pick<Requests['letters'], 'topic' | 'filter'>) {
  const letters: Answers['letters']['letters'] = [];
  let others = 0;
  let cursor: Requests['letters']['cursor'];
  do {
    const page: Answers['letters'] = await ask('letters', { topic, filter, ...(cursor && { cursor }) });
    letters.push(...page.letters);
    others += page.others;
    cursor = page.cursor as typeof cursor;
  } while (cursor !== undefined);
  return { letters, others };
}

/** The letters of a redrive that a topic already has, as coordinates. */
export async function sentLetters(ask: Ask, request: Omit<Requests['sent'], 'cursor'>): Promise<string[]> {
  const letters: string[] = [];
  let cursor: Requests['sent']['cursor'];
  do {
    const page: Answers['sent'] = await ask('sent', { ...request, ...(cursor && { cursor }) });
    letters.push(...page.letters);
    cursor = page.cursor as typeof cursor;
  } while (cursor !== undefined);
  return letters;
}
