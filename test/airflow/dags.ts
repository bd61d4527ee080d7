import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ownEnvironment } from '../support/checkout.ts';

/** A DAG run, as Airflow's database has it. */
export interface DagRun {
  readonly state: string;
  /** the state of each task */
  readonly tasks: Readonly<Record<string, string>>;
  /** the tasks that needed more than one try */
  readonly retried: readonly string[];
  readonly log: string;
}

export interface AirflowOptions {
  /** the folder of Airflow's programs */
  readonly programs: string;
  /** a folder for Airflow's files */
  readonly home: string;
  /** the checkout whose DAGs run */
  readonly checkout: string;
  /** where alerts are posted to */
  readonly alerts: { readonly host: string; readonly password: string };
}

const BOUND_MS = 300_000;

/** An Airflow without any service: `airflow dags test` runs a DAG's tasks and triggers in its own process. */
export class Airflow {
  readonly #options: AirflowOptions;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(options: AirflowOptions) {
    const { home, checkout, alerts } = options;
    this.#options = options;
    this.#environment = {
      ...ownEnvironment(),
      AIRFLOW_HOME: home,
      AIRFLOW__CORE__DAGS_FOLDER: join(checkout, 'airflow', 'dags'),
      AIRFLOW__CORE__PLUGINS_FOLDER: join(checkout, 'airflow', 'plugins'),
      AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
      AIRFLOW_CONN_MSK_PIPELINE_ALERTS: JSON.stringify({ conn_type: 'http', ...alerts }),
      // The local run takes any credentials; boto3 wants some.
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  async prepare(): Promise<void> {
    await mkdir(this.#options.home, { recursive: true });
    const { code, log } = await this.#run('db', 'migrate');
    if (code !== 0) throw new Error(`airflow db migrate: exit code ${code}\n${log}`);
  }

  /** Runs a DAG once. */
  async test(dag: string, params: object): Promise<DagRun> {
    const { log } = await this.#run('dags', 'test', dag, '--conf', JSON.stringify(params));
    const database = new DatabaseSync(join(this.#options.home, 'airflow.db'), { readOnly: true });
    try {
      const last = 'SELECT run_id, state FROM dag_run WHERE dag_id = ? ORDER BY id DESC LIMIT 1';
      const found = database.prepare(last).get(dag);
      if (found === undefined) throw new Error(`airflow has no run of ${dag}:\n${log}`);
      const tasks = database
        .prepare('SELECT task_id, state, try_number FROM task_instance WHERE dag_id = ? AND run_id = ?')
        .all(dag, found['run_id'] as string);
      return {
        state: String(found['state']),
        tasks: Object.fromEntries(tasks.map(({ task_id, state }) => [String(task_id), String(state)])),
        retried: tasks.flatMap(({ task_id, try_number }) => (Number(try_number) > 1 ? [String(task_id)] : [])),
        log,
      };
    } finally {
      database.close();
    }
  }

  #run(...args: string[]): Promise<{ code: number | null; log: string }> {
    const { programs, home } = this.#options;
    const child = spawn(join(programs, 'airflow'), args, {
      cwd: home,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: BOUND_MS,
    });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, log }));
    });
  }
}
