import { isPersonalName } from './personal-fields.ts';

test.each(['user_id', 'userId', 'User-Id', 'user', 'ip', 'IP Address', 'device_id', 'email', 'phone', 'name'])(
  '%s says who somebody is',
  (name) => {
    expect(isPersonalName(name)).toBe(true);
  },
);

test.each(['product_id', 'product_name', 'order_id', 'device_type', 'locale', 'vehicleId'])('%s does not', (name) => {
  expect(isPersonalName(name)).toBe(false);
});
