import type { CompiledTemplate, References } from '../contract.ts';

/** The values that intrinsic functions refer to. */
export interface TemplateContext {
  template: Pick<CompiledTemplate, 'Parameters' | 'Mappings' | 'Conditions'>;
  references: References;
  /** Override the defaults of the template's Parameters. */
  parameters?: Record<string, unknown>;
  /** Override the pseudo parameters of a fictional account, e.g. `{ 'AWS::Region': 'eu-west-1' }`. */
  pseudo?: Record<string, unknown>;
}

const noValue = Symbol('AWS::NoValue');

const pseudoParameters: Record<string, unknown> = {
  'AWS::AccountId': '000000000000',
  'AWS::NoValue': noValue,
  'AWS::NotificationARNs': [],
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::StackId': 'arn:aws:cloudformation:us-east-1:000000000000:stack/local/local',
  'AWS::StackName': 'local',
  'AWS::URLSuffix': 'amazonaws.com',
};

/**
 * Evaluates CloudFormation's intrinsic functions in `value`, at any depth. `AWS::NoValue` removes its property or list
 * item. As the whole value it returns undefined.
 *
 * Rules: CloudFormation's "Intrinsic function reference" and "Pseudo parameters reference".
 *
 * @throws Error that names the unknown Ref, attribute, condition, map key or function
 * @example resolve({ 'Fn::Sub': 'arn:aws:s3:::${Bucket}' }, { template, references: { Bucket: { Ref: 'archive' } } })
 */
export function resolve(value: unknown, context: TemplateContext): unknown {
  const resolved = evaluate(value, context);
  return resolved === noValue ? undefined : resolved;
}

/** Whether the template's condition with this name is true. */
export function holds(condition: string, context: TemplateContext): boolean {
  return evaluateCondition({ Condition: condition }, context);
}

function evaluate(value: unknown, context: TemplateContext): unknown {
  if (Array.isArray(value)) return value.map((item) => evaluate(item, context)).filter((item) => item !== noValue);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (name !== undefined && entries.length === 1) {
    const intrinsic = intrinsics.get(name);
    if (intrinsic) return intrinsic(argument, context);
    if (name.startsWith('Fn::')) throw new Error(`${name} is not supported here`);
  }
  const evaluated = entries.map(([key, item]) => [key, evaluate(item, context)] as const);
  return Object.fromEntries(evaluated.filter(([, item]) => item !== noValue));
}

type Intrinsic = (argument: unknown, context: TemplateContext) => unknown;

const intrinsics = new Map<string, Intrinsic>([
  ['Ref', (argument, context) => reference(text('Ref', argument), context)],
  ['Fn::GetAtt', (argument, context) => attribute(argument, context)],
  ['Fn::Sub', (argument, context) => substitute(argument, context)],
  [
    'Fn::Join',
    (argument, context) => {
      const [separator, items] = list('Fn::Join', argument);
      return list('Fn::Join', evaluate(items, context)).join(text('Fn::Join', separator));
    },
  ],
  [
    'Fn::Split',
    (argument, context) => {
      const [separator, source] = list('Fn::Split', argument);
      return text('Fn::Split', evaluate(source, context)).split(text('Fn::Split', separator));
    },
  ],
  [
    'Fn::Select',
    (argument, context) => {
      const [index, items] = list('Fn::Select', evaluate(argument, context));
      const all = list('Fn::Select', items);
      const selected = all[Number(index)];
      if (selected === undefined) throw new Error(`Fn::Select has no item ${String(index)} in a list of ${all.length}`);
      return selected;
    },
  ],
  [
    'Fn::Base64',
    (argument, context) => Buffer.from(text('Fn::Base64', evaluate(argument, context))).toString('base64'),
  ],
  [
    'Fn::GetAZs',
    (argument, context) => {
      const region = text('Fn::GetAZs', evaluate(argument, context)) || String(pseudo('AWS::Region', context));
      return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
    },
  ],
  [
    'Fn::FindInMap',
    (argument, context) => {
      const path = list('Fn::FindInMap', evaluate(argument, context)).map(String);
      const found = path.reduce<unknown>((map, key) => own(map, key), context.template.Mappings ?? {});
      if (found === undefined) throw new Error(`Fn::FindInMap finds no ${path.join('.')} in the template's Mappings`);
      return evaluate(found, context);
    },
  ],
  [
    'Fn::If',
    (argument, context) => {
      const [condition, then, otherwise] = list('Fn::If', argument);
      return evaluate(holds(text('Fn::If', condition), context) ? then : otherwise, context);
    },
  ],
]);

const conditions = new Map<string, (argument: unknown, context: TemplateContext) => boolean>([
  [
    'Condition',
    (argument, context) => {
      const name = text('Condition', argument);
      const condition = own(context.template.Conditions, name);
      if (condition === undefined) throw new Error(`Condition ${name} is not in the template's Conditions`);
      return evaluateCondition(condition, context);
    },
  ],
  [
    'Fn::Equals',
    (argument, context) => {
      const [left, right] = list('Fn::Equals', evaluate(argument, context)).map((side) => JSON.stringify(side));
      return left === right;
    },
  ],
  ['Fn::And', (argument, context) => list('Fn::And', argument).every((item) => evaluateCondition(item, context))],
  ['Fn::Or', (argument, context) => list('Fn::Or', argument).some((item) => evaluateCondition(item, context))],
  ['Fn::Not', (argument, context) => !evaluateCondition(list('Fn::Not', argument)[0], context)],
]);

function evaluateCondition(condition: unknown, context: TemplateContext): boolean {
  const [name = '', argument] = Object.entries(condition ?? {})[0] ?? [];
  const evaluator = conditions.get(name);
  if (!evaluator)
    throw new Error(`${JSON.stringify(condition)} is not a condition: expected Fn::Equals, And, Or or Not`);
  return evaluator(argument, context);
}

function reference(name: string, context: TemplateContext): unknown {
  const found =
    pseudo(name, context) ??
    own(context.parameters, name) ??
    own(context.references, name)?.Ref ??
    parameter(name, context);
  if (found === undefined) throw new Error(`Ref ${name} is neither a parameter nor a resource with a known Ref`);
  return found;
}

function attribute(argument: unknown, context: TemplateContext): unknown {
  const path = typeof argument === 'string' ? argument.split('.') : list('Fn::GetAtt', argument).map(String);
  const [name = '', ...rest] = path;
  const found = own(own(context.references, name), rest.join('.'));
  if (found === undefined) throw new Error(`Fn::GetAtt ${path.join('.')} is not a known attribute of a resource`);
  return found;
}

function substitute(argument: unknown, context: TemplateContext): string {
  const [template, variables] = typeof argument === 'string' ? [argument, {}] : list('Fn::Sub', argument);
  return text('Fn::Sub', template).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    const variable = own(variables, name.trim());
    if (variable !== undefined) return String(evaluate(variable, context));
    return String(name.includes('.') ? attribute(name.trim(), context) : reference(name.trim(), context));
  });
}

function parameter(name: string, context: TemplateContext): unknown {
  return own(context.template.Parameters, name)?.Default;
}

function pseudo(name: string, context: TemplateContext): unknown {
  return own(context.pseudo, name) ?? own(pseudoParameters, name);
}

function own<Value>(map: Record<string, Value> | undefined, key: string): Value | undefined;
function own(map: unknown, key: string): unknown;
function own(map: unknown, key: string): unknown {
  return map !== null && typeof map === 'object' && Object.hasOwn(map, key)
    ? (map as Record<string, unknown>)[key]
    : undefined;
}

function list(name: string, argument: unknown): unknown[] {
  if (!Array.isArray(argument)) throw new Error(`${name} takes a list, not ${JSON.stringify(argument)}`);
  return argument;
}

function text(name: string, argument: unknown): string {
  if (typeof argument !== 'string') throw new Error(`${name} takes a string, not ${JSON.stringify(argument)}`);
  return argument;
}
