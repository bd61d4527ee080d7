import type { FleetManifest } from './fleet/load/start.ts';
import type { Thresholds } from './fleet/truth/alerts.ts';
import type { AlertSample } from './latency/watch-alerts.ts';
import type { DocumentSample } from './latency/watch-documents.ts';
import type { TripSample } from './latency/watch-trips.ts';
import type { VehicleSample } from './latency/watch-vehicles.ts';
import type { Manifest } from './load/manifest.ts';
import type { LoginFacts } from './logins/facts.ts';
import type { LoginsManifest } from './logins/load/start.ts';
import type { OrdersManifest } from './orders/load/start.ts';
import type { Items } from './world.ts';

/** A store that this run doesn't have, on purpose (`npm start -- --minimal`): the reason. */
export interface NotRun {
  notRun: string;
}

/** Where the stores are. Each has to be named or excused: one that is forgotten is a type error, not a green report. */
export interface StorePlaces {
  s3: { endpoint: string; bucket: string } | NotRun;
  /** `postgres://…`: the server itself, not the Data API that the sinks use */
  rds: { postgres: string } | NotRun;
  dynamodb: { endpoint: string; tables: Record<keyof Items, string> } | NotRun;
  /** every index of alerts */
  opensearch: { endpoint: string } | NotRun;
  /** what Kafka Connect's sink writes */
  file: { path: string } | NotRun;
}

/** A generator that ran: what it saw acknowledged is the second witness beside the topics. */
export interface GeneratorRun<M extends Manifest = Manifest> {
  manifest: M;
  /** the causes of bad records (their `cause`) of which each must have occurred; empty with `--bad 0` */
  causes: readonly string[];
}

/** The generators that ran; without one, nothing is demanded of its domain. */
export interface GeneratorRuns {
  fleet?: GeneratorRun<FleetManifest>;
  demo?: GeneratorRun;
  orders?: GeneratorRun<OrdersManifest>;
  logins?: GeneratorRun<LoginsManifest>;
}

/** What the report's checks need to know beside what they read back. */
export interface ReportFacts {
  seed: number;
  /** how long the generators ran */
  seconds: number;
  /** from the command to the first record that may be produced */
  startSeconds: number;
  generators: GeneratorRuns;
  /** the thresholds that the stage's functions have */
  thresholds: Thresholds;
  /** TRIP_CACHE_SECONDS */
  tripCacheSeconds: number;
  /** TOMBSTONE_DAYS */
  tombstoneDays: number;
  /** ALLOWED_LATENESS_SECONDS */
  allowedLatenessSeconds: number;
  logins: LoginFacts;
  /** windows that were not closed when the drain ended */
  openWindows: number;
  /** records not yet committed by the mappings: the most in the run, and what was left after the drain */
  lag: { max: number; end: number };
  /** what the live watchers saw; empty where none ran */
  samples: {
    alerts: readonly AlertSample[];
    vehicles: readonly VehicleSample[];
    documents: readonly DocumentSample[];
    /** of the whole run: what settles a trip */
    trips: readonly TripSample[];
  };
  /** further parts that did not run, `part: why` */
  notRun: readonly string[];
}

/** Everything that {@link reconcile} takes. */
export interface ReconcileInput extends ReportFacts {
  /** `127.0.0.1:9092,…` */
  kafka: string;
  stores: StorePlaces;
}
