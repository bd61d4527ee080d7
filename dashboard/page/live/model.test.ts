import type { AlertItem, DeadLetterItem, MappingFlow } from '../../contract.ts';
import { deadLetter } from '../test/fake/people.ts';
import { createWorld } from '../test/fake/world.ts';
import { POINTS } from './history.ts';
import { apply, emptyModel, LIMITS } from './model.ts';

const alert = (time: number): AlertItem => ({
  source: `raw-data-topic-0-${time}/Speeding`,
  kind: 'Speeding',
  vehicle: 'V1',
  time,
  latitude: null,
  longitude: null,
  message: '',
});

test('however many events come, no part of the model grows over its limit', () => {
  const model = emptyModel();
  apply.tail(model, { topic: 'orders', items: [], left: 0 });
  model.tail.topic = 'orders';
  for (let round = 0; round < 200; round += 1) {
    apply.alerts(model, { items: Array.from({ length: 20 }, (_, index) => alert(round * 20 + index)) });
    apply.deadLetters(model, { byCause: {}, items: [deadLetter(round, round), deadLetter(1_000 + round, round)] });
    const items = Array.from({ length: 20 }, (_, index) => ({
      partition: 0,
      offset: String(round * 20 + index),
      time: round,
      key: null,
      value: '',
      headers: {},
    }));
    apply.tail(model, { topic: 'orders', items, left: 0 });
    const windows = Array.from({ length: 40 }, (_, index) => ({
      start: round * 60_000,
      product: `P${index}`,
      state: 'open' as const,
      orders: 1,
      revenue: 1,
      late: 0,
    }));
    apply.windows(model, { items: windows });
  }

  const sizes = [model.alerts.length, model.deadLetters.items.length, model.tail.items.length, model.windows.size];
  expect(sizes).toEqual([LIMITS.alerts, LIMITS.deadLetters, LIMITS.tail, LIMITS.windows]);
  expect(model.alerts[0]?.time).toBe(3_999);
  expect(model.windows.has(`${199 * 60_000} P0`)).toBe(true);
});

test('a state replaces what was there, as after a reconnect', () => {
  const model = emptyModel();
  apply.vehicles(model, { changed: [['OLD', 1, 1, 1, null, 1, 'raw-data-topic-0-1']], removed: [] });
  const state = createWorld({ vehicles: 5 }).state();
  apply.state(model, state);
  apply.state(model, state);

  expect([...model.vehicles.keys()].sort()).toEqual(['V001', 'V002', 'V003', 'V004', 'V005']);
  expect(model.alerts).toHaveLength(state.alerts.length);
  expect(model.deadLetters.items).toHaveLength(state.deadLetters.items.length);
});

test('a dead letter that comes twice is shown once', () => {
  const model = emptyModel();
  const items: DeadLetterItem[] = [deadLetter(1, 1)];
  apply.deadLetters(model, { byCause: { SCHEMA: 1 }, items });
  apply.deadLetters(model, { byCause: { SCHEMA: 1 }, items });

  expect(model.deadLetters.items).toHaveLength(1);
});

test('a vehicle keeps its object while it moves, and is gone when it is removed', () => {
  const model = emptyModel();
  apply.vehicles(model, { changed: [['V1', 48, 11, 60, null, 1, 's-0-1']], removed: [] });
  const before = model.vehicles.get('V1');
  apply.vehicles(model, { changed: [['V1', 49, 11, null, 'Delay', 2, 's-0-2']], removed: [] });

  expect(model.vehicles.get('V1')).toBe(before);
  expect(before).toMatchObject({ latitude: 49, speed: null, alert: 'Delay' });
  apply.vehicles(model, { changed: [], removed: ['V1'] });
  expect(model.vehicles.size).toBe(0);
});

test('the history has one point a second, and gaps where the lag was not known', () => {
  const { flow } = createWorld({ vehicles: 1 }).state();
  const { histories } = emptyModel();
  const mapping = flow.mappings[0] as MappingFlow;
  const add = (now: number, lag: number | null) => {
    const partitions = lag === null ? [] : [{ partition: 0, lag, lagSeconds: null, clearedIn: null }];
    histories.add({ ...flow, mappings: [{ ...mapping, lag, partitions }] }, now);
  };
  add(1_000, 5);
  add(1_400, 9);
  add(2_000, null);
  histories.add({ ...flow, mappings: [] }, 3_000);
  add(4_000, 7);

  const { lag, partitions } = histories.mappings.get(mapping.id) ?? {};
  expect(lag?.toArray().slice(-4)).toEqual([5, null, null, 7]);
  expect(partitions?.get(0)?.toArray().slice(-4)).toEqual([5, null, null, 7]);
  expect(histories.times.toArray().slice(-4)).toEqual([1, 2, 3, 4]);
  expect(lag?.toArray()).toHaveLength(POINTS);
});
