/** The service's limits ("Amazon RDS Data API limitations", "data-api-timeouts"). Tests set smaller ones. */
export interface Limits {
  /** Characters of `sql`. */
  readonly sqlCharacters: number;
  /** Bytes of a request's body. */
  readonly requestBytes: number;
  /** Bytes of a row, in the form that the database returns. */
  readonly rowBytes: number;
  /** Bytes of a result set. */
  readonly responseBytes: number;
  /** ms that a call may take; with `continueAfterTimeout` the statement then goes on. */
  readonly statementMs: number;
  /** ms that a transaction may be idle before it is rolled back. */
  readonly transactionIdleMs: number;
}

export const LIMITS: Limits = {
  sqlCharacters: 65_536,
  requestBytes: 4 * 1024 * 1024,
  rowBytes: 64 * 1024,
  responseBytes: 1024 * 1024,
  statementMs: 45_000,
  transactionIdleMs: 180_000,
};
