/** A failed invocation, in the form that Lambda reports it. */
export class InvocationError extends Error {
  override readonly name = 'InvocationError';
  readonly errorType: string;
  readonly trace: readonly string[];

  constructor(errorType: string, errorMessage: string, trace: readonly string[] = []) {
    super(`${errorType}: ${errorMessage}`);
    this.errorType = errorType;
    this.trace = trace;
  }
}
