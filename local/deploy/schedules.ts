import { type CompiledTemplate, holds, resolve, type TemplateContext, type TemplateResource } from '#msk';
import { ACCOUNT } from './resource-types.ts';
import { LOCAL_REGION } from './servers.ts';

/** A function that EventBridge invokes again and again. */
export interface Schedule {
  /** Of its rule or schedule in the template. */
  logicalId: string;
  functionLogicalId: string;
  milliseconds: number;
  /** What the function is given where the template says so, instead of {@link scheduledEvent}. */
  input?: unknown;
  service: ScheduleService;
}

export interface Schedules {
  schedules: Schedule[];
  /** A line for each enabled one that isn't run locally: which, and why. */
  notRun: string[];
}

type ScheduleService = 'events' | 'scheduler';

interface Target {
  Arn?: { 'Fn::GetAtt'?: [logicalId: string, attribute: string] };
  Input?: unknown;
  InputPath?: unknown;
  InputTransformer?: unknown;
}

interface Kind {
  service: ScheduleService;
  targets(properties: Record<string, unknown>): Target[];
}

/** The framework makes a rule of `schedule:`, and the other of its `method: scheduler`. */
const KINDS: Readonly<Record<string, Kind>> = {
  'AWS::Events::Rule': { service: 'events', targets: ({ Targets }) => (Targets as Target[] | undefined) ?? [] },
  'AWS::Scheduler::Schedule': { service: 'scheduler', targets: ({ Target }) => [Target as Target] },
};

const UNITS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const RATE = /^rate\((\d+) (minute|hour|day)s?\)$/;

/** The enabled schedules of a compiled template: its rates. A cron or one-time expression is not run locally. */
export function schedulesOf(template: CompiledTemplate, context: TemplateContext): Schedules {
  const schedules: Schedule[] = [];
  const notRun: string[] = [];
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    const { kind, targets, expression } = scheduleIn(resource, context);
    if (kind === undefined || expression === undefined) continue;
    const milliseconds = millisecondsOf(expression);
    for (const target of targets) {
      const functionLogicalId = target.Arn?.['Fn::GetAtt']?.[0];
      if (milliseconds === undefined) {
        notRun.push(`${logicalId}: ${expression} is not run locally, rate(…) is; invoke the function by hand`);
      } else if (functionLogicalId === undefined) {
        notRun.push(`${logicalId}: its target is no function of this template, so it is not run locally`);
      } else if (target.InputPath !== undefined || target.InputTransformer !== undefined) {
        notRun.push(`${logicalId}: it is not run locally, as its input is made from the event; a fixed Input would be`);
      } else {
        const given = resolve(target.Input, context);
        const input = typeof given === 'string' ? { input: JSON.parse(given) as unknown } : {};
        schedules.push({ logicalId, functionLogicalId, milliseconds, service: kind.service, ...input });
      }
    }
  }
  return { schedules, notRun };
}

/**
 * The event of a schedule without an input of its own ("AWS events from EventBridge", "Scheduled Event").
 * @param id of this very event
 */
export function scheduledEvent({ logicalId, service }: Schedule, id: string, time: Date): object {
  const name = service === 'events' ? `rule/${logicalId}` : `schedule/default/${logicalId}`;
  return {
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: `aws.${service}`,
    account: ACCOUNT,
    time: `${time.toISOString().slice(0, 19)}Z`,
    region: LOCAL_REGION,
    resources: [`arn:aws:${service}:${LOCAL_REGION}:${ACCOUNT}:${name}`],
    // The scheduler sends this as text.
    detail: service === 'events' ? {} : '{}',
  };
}

/** What is scheduled by a resource; no expression where it isn't a schedule, or isn't enabled. */
function scheduleIn(
  { Type, Properties = {}, Condition }: TemplateResource,
  context: TemplateContext,
): { kind?: Kind; targets: Target[]; expression?: string } {
  const kind = KINDS[Type];
  const enabled = kind && (Condition === undefined || holds(Condition, context));
  if (!enabled || resolve(Properties['State'], context) === 'DISABLED') return { targets: [] };
  const expression = resolve(Properties['ScheduleExpression'], context);
  return { kind, targets: kind.targets(Properties), ...(typeof expression === 'string' && { expression }) };
}

function millisecondsOf(expression: string): number | undefined {
  const [, count, unit] = RATE.exec(expression) ?? [];
  return count === undefined ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS];
}
