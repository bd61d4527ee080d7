/** A client of the cluster at `servers`, which is on its way or there. */
export interface Connection<T> {
  readonly servers: string;
  readonly client: Promise<T>;
}

export interface OneConnection<T> {
  /** The connection to those servers: the one there is, or a new one in place of that to others. */
  get(servers: string): Connection<T>;
  /** Ends that connection, if it is still the one there is: of two sends that fail, the later one leaves the next be. */
  end(connection: Connection<T>): Promise<void>;
  readonly close: () => Promise<void>;
}

/** Holds the one connection of an execution environment, between invocations too. */
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
