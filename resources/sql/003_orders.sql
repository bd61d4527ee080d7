-- Orders and what they add up to. An order's identity is its `source`: an order_id that was sent twice is there twice,
-- and counted twice, as in the windows. Whoever wants to see them asks duplicate_orders.

CREATE TABLE orders (
  source text PRIMARY KEY,
  order_id text NOT NULL,
  user_id text NOT NULL,
  product_id text NOT NULL,
  product_name text NOT NULL,
  amount numeric(12, 2) NOT NULL,
  event_time timestamptz NOT NULL
);
COMMENT ON TABLE orders IS 'processed-orders: one row per accepted order';
COMMENT ON COLUMN orders.source IS 'orders-<partition>-<offset> of the order';
CREATE INDEX orders_by_order ON orders (order_id);
CREATE INDEX orders_by_user ON orders (user_id, event_time DESC);
CREATE INDEX orders_by_time ON orders USING brin (event_time);

CREATE VIEW duplicate_orders AS
  SELECT order_id, count(*) AS times, count(DISTINCT (user_id, product_id, amount, event_time)) AS versions,
    min(event_time) AS first_time, max(event_time) AS last_time, array_agg(source ORDER BY event_time, source) AS sources
  FROM orders GROUP BY order_id HAVING count(*) > 1;
COMMENT ON VIEW duplicate_orders IS 'order_ids that were accepted more than once; versions: how many different orders they stand for';

CREATE TABLE product_metrics (
  window_start bigint NOT NULL,
  window_end bigint NOT NULL,
  product_id text NOT NULL,
  order_count bigint NOT NULL,
  total_revenue numeric(20, 2) NOT NULL,
  avg_order_value numeric(20, 2) NOT NULL,
  PRIMARY KEY (window_start, product_id)
);
COMMENT ON TABLE product_metrics IS 'product-metrics: one row per window and product; of several results the one with the most orders';
COMMENT ON COLUMN product_metrics.window_start IS 'seconds since the epoch; the window holds this second and not window_end';
COMMENT ON COLUMN product_metrics.avg_order_value IS 'total_revenue / order_count, rounded half up to the cent';
