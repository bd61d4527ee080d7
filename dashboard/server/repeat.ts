/** Repeats a work with a pause in between; a slow one isn't started twice. @returns ends the repetition */
export function repeat(ms: number, work: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout;
  let isStopped = false;
  const run = async () => {
    await work();
    if (!isStopped) timer = setTimeout(() => void run(), ms);
  };
  timer = setTimeout(() => void run(), 0);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
