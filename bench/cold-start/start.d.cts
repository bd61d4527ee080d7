export interface StartRequest {
  /** path of the bundle */
  bundle: string;
  /** The first event; undefined: the process only loads the bundle. */
  event: object | undefined;
  functionName: string;
}

/** Milliseconds since the process started. */
export interface Started {
  /** when the bundle was loaded */
  loaded: number;
  /** when the handler had answered */
  handled?: number;
  response?: { batchItemFailures?: unknown[] };
}
