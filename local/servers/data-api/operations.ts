import { type Connection, type Connections, connections, within } from './connections.ts';
import type { Limits } from './limits.ts';
import { columnMetadata } from './metadata.ts';
import { type Request, readRequest } from './requests.ts';
import { answer } from './results.ts';
import { statement } from './statement.ts';
import { type Transactions, transactions } from './transactions.ts';

interface Service {
  readonly connections: Connections;
  readonly transactions: Transactions;
  readonly limits: Limits;
}

interface Operation {
  /** The members that a request must have, beside the ARNs. */
  readonly required: readonly (keyof Request)[];
  run(service: Service, request: Request): Promise<object>;
}

/** The operations, by the SDK's paths. */
const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['/Execute', { required: ['sql'], run: execute }],
  ['/BatchExecute', { required: ['sql'], run: batchExecute }],
  [
    '/BeginTransaction',
    {
      required: [],
      run: async (service, { database }) => ({ transactionId: await service.transactions.begin(database) }),
    },
  ],
  ['/CommitTransaction', { required: ['transactionId'], run: ending('COMMIT', 'Transaction Committed') }],
  ['/RollbackTransaction', { required: ['transactionId'], run: ending('ROLLBACK', 'Rollback Complete') }],
]);

/** The Data API on a PostgreSQL server, without HTTP. */
export function dataApi(postgresUrl: () => string, limits: Limits) {
  const pools = connections(postgresUrl);
  const service: Service = { connections: pools, transactions: transactions(pools, limits.transactionIdleMs), limits };
  return {
    knows: (path: string) => OPERATIONS.has(path),
    /** @throws DataApiError */
    async run(path: string, body: string): Promise<object> {
      const operation = OPERATIONS.get(path);
      if (!operation) throw new RangeError(`no operation of the Data API: ${path}`);
      return operation.run(service, readRequest(body, operation.required, limits));
    },
    async close(): Promise<void> {
      service.transactions.close();
      await pools.close();
    },
  };
}

async function execute(service: Service, request: Request): Promise<object> {
  const run = statement(request.sql ?? '');
  return onConnection(service, request, async (connection) => {
    const result = await run(connection, request.parameters);
    const answered = answer(result, request, service.limits);
    if (!request.includeResultMetadata || !answered.records) return answered;
    return { ...answered, columnMetadata: await columnMetadata(connection.client, result.fields) };
  });
}

/**
 * Runs all parameter sets in one transaction: the request's, or a new one. (The documentation says that a batch is
 * committed automatically. It is not known whether the earlier sets stay when a set fails: rely on neither.)
 */
async function batchExecute(service: Service, request: Request): Promise<object> {
  const run = statement(request.sql ?? '');
  const own = request.transactionId === undefined;
  return onConnection(service, request, async (connection) => {
    if (own) await connection.client.query('BEGIN');
    try {
      for (const parameters of request.parameterSets ?? [[]]) await run(connection, parameters);
      if (own) await connection.client.query('COMMIT');
    } catch (error) {
      if (own) await connection.client.query('ROLLBACK');
      throw error;
    }
    return { updateResults: (request.parameterSets ?? [[]]).map(() => ({ generatedFields: [] })) };
  });
}

function ending(command: 'COMMIT' | 'ROLLBACK', transactionStatus: string): Operation['run'] {
  return async ({ transactions: open }, { transactionId, database }) => {
    await open.end(transactionId ?? '', database, command);
    return { transactionStatus };
  };
}

/** Runs work on the transaction's connection, or on another one, within the time limit of a call. */
async function onConnection<T>(
  { connections: pools, transactions: open, limits }: Service,
  { transactionId, database, continueAfterTimeout }: Request,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  let used: Connection | undefined;
  const started = (connection: Connection) => {
    used = connection;
    return work(connection);
  };
  const alone = async () => {
    const connection = await pools.take(database);
    return started(connection).finally(() => connection.release());
  };
  return within(transactionId === undefined ? alone() : open.use(transactionId, database, started), {
    ms: limits.statementMs,
    late: () => {
      if (used && !continueAfterTimeout) pools.cancel(used);
    },
  });
}
