/** The steps that take back what a start has done. */
export interface Undo {
  readonly add: (step: () => Promise<void>) => void;
  /**
   * Takes the last step first. A step that fails doesn't stop the others. Idempotent.
   * @throws the first error of a step, after all steps
   */
  readonly run: () => Promise<void>;
}

export function undoSteps(): Undo {
  const steps: (() => Promise<void>)[] = [];
  const runAll = async (): Promise<void> => {
    const errors: unknown[] = [];
    for (const step of steps.toReversed()) await step().catch((error: unknown) => errors.push(error));
    if (errors.length > 0) throw errors[0];
  };
  let running: Promise<void> | undefined;
  return {
    add: (step) => {
      steps.push(step);
    },
    run: () => {
      running ??= runAll();
      return running;
    },
  };
}
