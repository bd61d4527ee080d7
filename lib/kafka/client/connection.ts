/** A client of the cluster at `servers`. It may still be connecting. */
export interface Connection<T> {
  readonly servers: string;
  readonly client: Promise<T>;
}

export interface OneConnection<T> {
  /** Returns the current connection if it is to those servers; otherwise opens a new one in its place. */
  get(servers: string): Connection<T>;
  /**
   * Ends that connection if it is still the current one. When two sends fail on one connection, the later failure thus
   * doesn't end the connection that was opened after the first.
   */
  end(connection: Connection<T>): Promise<void>;
  readonly close: () => Promise<void>;
}

/** Keeps a single connection per execution environment, also between invocations. */
export function oneConnection<T extends { disconnect(): Promise<void> }>(
  open: (servers: string) => Promise<T>,
): OneConnection<T> {
  let current: Connection<T> | undefined;

  async function end(connection: Connection<T>): Promise<void> {
    if (current !== connection) return;
    current = undefined;
    await connection.client.then((client) => client.disconnect()).catch(() => undefined);
  }

  return {
    get(servers) {
      if (current?.servers === servers) return current;
      if (current !== undefined) void end(current);
      current = { servers, client: open(servers) };
      return current;
    },
    end,
    close: async () => current && end(current),
  };
}
