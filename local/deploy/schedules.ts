import { type CompiledTemplate, holds, resolve, type TemplateContext, type TemplateResource } from '#msk';
import { ACCOUNT } from './resource-type.ts';
import { LOCAL_REGION } from './servers.ts';

/** A function that EventBridge invokes at a fixed rate. */
export interface Schedule {
  /** The logical id of the rule or schedule in the template. */
  logicalId: string;
  functionLogicalId: string;
  milliseconds: number;
  /** The template's input for the function; without it the function gets {@link scheduledEvent}. */
  input?: unknown;
  service: ScheduleService;
}

export interface Schedules {
  schedules: Schedule[];
  /** A line for each enabled schedule that isn't run locally, with the reason. */
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

/** The framework makes a rule of `schedule:`, and a scheduler's schedule where that has `method: scheduler`. */
const KINDS: Readonly<Record<string, Kind>> = {
  'AWS::Events::Rule': { service: 'events', targets: ({ Targets }) => (Targets as Target[] | undefined) ?? [] },
  'AWS::Scheduler::Schedule': { service: 'scheduler', targets: ({ Target }) => [Target as Target] },
};

const UNITS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const RATE = /^rate\((\d+) (minute|hour|day)s?\)$/;

/** The enabled schedules of a compiled template. Only rates run locally, cron and one-time expressions don't. */
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
        notRun.push(`${logicalId}: ${expression} is not run locally, only rate(…) is; invoke the function by hand`);
      } else if (functionLogicalId === undefined) {
        notRun.push(`${logicalId}: it is not run locally, because its target is no function of this template`);
      } else if (target.InputPath !== undefined || target.InputTransformer !== undefined) {
        notRun.push(
          `${logicalId}: it is not run locally, because its input is made from the event; use a fixed Input instead`,
        );
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
 * The event of a schedule without an input ("AWS events from EventBridge", "Scheduled Event").
 * @param id the event's id, different each time
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
    // EventBridge Scheduler sends a text here.
    detail: service === 'events' ? {} : '{}',
  };
}

/** A resource's targets and expression; no expression where the resource isn't an enabled schedule. */
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
