-- The demo's warehouse: an online shop with customers, sales and a web log. Every value follows from row numbers: each load gives the same rows.
-- A line `-- step: …` begins a step of the progress line. Nobody in it exists; domains end in .example, telephone numbers in 555.

-- step: schemas and types
CREATE SCHEMA crm;
CREATE SCHEMA ref;
CREATE SCHEMA sales;
CREATE SCHEMA web;
CREATE TYPE crm.tier AS ENUM ('basic', 'plus', 'gold');
CREATE TYPE crm.ticket_status AS ENUM ('open', 'waiting', 'solved');
CREATE TYPE sales.order_status AS ENUM ('placed', 'paid', 'shipped', 'returned', 'cancelled');

-- step: countries
CREATE TABLE ref.countries (
  code text PRIMARY KEY,
  name text NOT NULL,
  region text NOT NULL,
  currency text NOT NULL
);
INSERT INTO ref.countries VALUES
  ('AT', 'Austria', 'EMEA', 'EUR'), ('AU', 'Australia', 'APAC', 'AUD'), ('BR', 'Brazil', 'AMER', 'BRL'), ('CA', 'Canada', 'AMER', 'CAD'),
  ('DE', 'Germany', 'EMEA', 'EUR'), ('ES', 'Spain', 'EMEA', 'EUR'), ('FR', 'France', 'EMEA', 'EUR'), ('GB', 'United Kingdom', 'EMEA', 'GBP'),
  ('IN', 'India', 'APAC', 'INR'), ('JP', 'Japan', 'APAC', 'JPY'), ('KE', 'Kenya', 'EMEA', 'KES'), ('US', 'United States', 'AMER', 'USD');

-- step: exchange rates
CREATE TABLE ref.fx_rates (
  currency text NOT NULL,
  day date NOT NULL,
  per_euro numeric(12,4) NOT NULL,
  PRIMARY KEY (currency, day)
);
INSERT INTO ref.fx_rates
SELECT c.currency, day::date, round(c.base * (1 + ((extract(doy FROM day)::int * c.n) % 40 - 20) / 1000.0), 4)
FROM (VALUES ('USD', 1.09, 3), ('GBP', 0.85, 7), ('JPY', 161.5, 11), ('AUD', 1.65, 13), ('CAD', 1.48, 17)) AS c (currency, base, n),
     generate_series(timestamp '2024-01-01', timestamp '2025-12-31', interval '1 day') AS day;

-- step: customers
CREATE TABLE crm.customers (
  id bigint PRIMARY KEY,
  email text NOT NULL,
  full_name text NOT NULL,
  phone text,
  birth_date date,
  country text NOT NULL REFERENCES ref.countries,
  postcode text,
  region text NOT NULL,
  tier crm.tier NOT NULL,
  interests text[] NOT NULL,
  attrs jsonb NOT NULL,
  ssn text NOT NULL,
  iban text,
  last_ip inet,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz
);
COMMENT ON COLUMN crm.customers.ssn IS 'government id; never leaves the company';
INSERT INTO crm.customers
SELECT
  i,
  lower(first_name) || '.' || lower(last_name) || i || '@' || (ARRAY['mail', 'post', 'inbox', 'letters'])[1 + i % 4] || '.example',
  first_name || ' ' || last_name,
  CASE WHEN i % 11 <> 0 THEN '+49 30 555 ' || lpad(((i * 7919) % 10000)::text, 4, '0') END,
  CASE WHEN i % 29 <> 0 THEN date '1944-01-01' + (i * 1543) % 22000 END,
  country.code,
  lpad(((i * 104729) % 100000)::text, 5, '0'),
  country.region,
  (ARRAY['basic', 'basic', 'basic', 'plus', 'plus', 'gold'])[1 + i % 6]::crm.tier,
  (ARRAY['books', 'garden', 'music', 'travel', 'cooking', 'games', 'sport'])[1 + i % 5:1 + i % 5 + i % 3],
  jsonb_build_object(
    'plan', (ARRAY['free', 'monthly', 'yearly'])[1 + i % 3],
    'signup_channel', (ARRAY['web', 'shop', 'friend', 'advert'])[1 + i % 4],
    'newsletter', i % 2 = 0,
    'emergency_contact', jsonb_build_object('name', last_name || ' senior', 'phone', '+49 30 555 ' || lpad((i % 10000)::text, 4, '0'))),
  lpad(((i * 613) % 900)::text, 3, '0') || '-' || lpad(((i * 37) % 100)::text, 2, '0') || '-' || lpad(((i * 4177) % 10000)::text, 4, '0'),
  CASE WHEN i % 3 <> 0 THEN 'DE' || lpad((i % 97)::text, 2, '0') || lpad((i::bigint * 8675309 % 1000000000)::text, 18, '0') END,
  ('198.51.' || 100 + i % 28 || '.' || i % 254)::inet,
  timestamptz '2019-03-01 08:00:00+00' + ((i * 7727) % 2400) * interval '1 day' + ((i * 97) % 1440) * interval '1 minute',
  CASE WHEN i % 41 = 0 THEN timestamptz '2025-11-01 00:00:00+00' + (i % 50) * interval '1 day' END
FROM generate_series(1, 15000) AS i
CROSS JOIN LATERAL (SELECT
  (ARRAY['Ada', 'Bao', 'Chloe', 'Dmitri', 'Elif', 'Femi', 'Greta', 'Hugo', 'Ines', 'Jonas', 'Kavya', 'Lucia', 'Mateo', 'Noor', 'Olga', 'Priya', 'Quinn'])[1 + i % 17],
  (ARRAY['Abebe', 'Brandt', 'Costa', 'Dubois', 'Eriksen', 'Fischer', 'Garcia', 'Haddad', 'Ito', 'Jensen', 'Kowalski', 'Lopez', 'Meyer'])[1 + i % 13]) AS person (first_name, last_name)
JOIN LATERAL (SELECT c.code, c.region FROM ref.countries AS c ORDER BY c.code OFFSET (i * 5) % 12 LIMIT 1) AS country ON true;

-- step: addresses
CREATE TABLE crm.addresses (
  id bigint PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES crm.customers,
  kind text NOT NULL,
  street text NOT NULL,
  city text NOT NULL,
  postcode text NOT NULL
);
INSERT INTO crm.addresses
SELECT c.id * 2 + k, c.id, (ARRAY['billing', 'delivery'])[1 + k], (1 + c.id % 180) || ' ' || (ARRAY['Mill', 'Station', 'Church', 'Harbour', 'Garden'])[1 + c.id % 5] || ' Street',
       (ARRAY['Northfield', 'Easton', 'Southgate', 'Westbury'])[1 + (c.id + k) % 4], c.postcode
FROM crm.customers AS c, generate_series(0, 1) AS k
WHERE k = 0 OR c.id % 5 = 0;

-- step: support tickets
CREATE TABLE crm.tickets (
  id bigint PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES crm.customers,
  status crm.ticket_status NOT NULL,
  topic text NOT NULL,
  body text NOT NULL,
  minutes_to_answer integer,
  opened_at timestamptz NOT NULL
);
INSERT INTO crm.tickets
SELECT i, 1 + (i * 613) % 15000, (ARRAY['open', 'waiting', 'solved', 'solved', 'solved'])[1 + i % 5]::crm.ticket_status,
       (ARRAY['delivery', 'payment', 'return', 'account', 'product'])[1 + i % 5],
       'Hello, please call me back at +49 30 555 ' || lpad((i % 10000)::text, 4, '0') || ' about my order. Kind regards, customer ' || 1 + (i * 613) % 15000,
       CASE WHEN i % 5 > 1 THEN 5 + (i * 31) % 2000 END,
       timestamptz '2024-01-01 06:00:00+00' + ((i * 131) % 730) * interval '1 day' + (i % 960) * interval '1 minute'
FROM generate_series(1, 6000) AS i;

-- step: products
CREATE TABLE sales.products (
  id bigint PRIMARY KEY,
  name text NOT NULL,
  category text NOT NULL,
  price numeric(12,2) NOT NULL,
  purchase_price numeric(12,2) NOT NULL,
  labels text[] NOT NULL
);
INSERT INTO sales.products
SELECT i, (ARRAY['Oak', 'Linen', 'Copper', 'Glass', 'Wool', 'Paper'])[1 + i % 6] || ' ' || (ARRAY['lamp', 'shelf', 'kettle', 'blanket', 'notebook'])[1 + i % 5] || ' no. ' || i,
       (ARRAY['light', 'furniture', 'kitchen', 'textile', 'stationery'])[1 + i % 5], price, round(price * 0.55, 2),
       CASE WHEN i % 4 = 0 THEN ARRAY['handmade', 'new'] WHEN i % 3 = 0 THEN ARRAY['sale'] ELSE ARRAY[]::text[] END
FROM generate_series(1, 400) AS i, LATERAL (SELECT (5 + (i * 37) % 195 + 0.9)::numeric(12,2)) AS p (price);

-- step: orders, one partition per year
CREATE TABLE sales.orders (
  id bigint NOT NULL,
  customer_id bigint NOT NULL REFERENCES crm.customers,
  placed_at timestamptz NOT NULL,
  status sales.order_status NOT NULL,
  amount numeric(12,2) NOT NULL,
  region text NOT NULL,
  delivery_note text,
  PRIMARY KEY (id, placed_at)
) PARTITION BY RANGE (placed_at);
CREATE TABLE sales.orders_2024 PARTITION OF sales.orders FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2025-01-01 00:00:00+00');
CREATE TABLE sales.orders_2025 PARTITION OF sales.orders FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2026-01-01 00:00:00+00');
INSERT INTO sales.orders
SELECT i, c.id, timestamptz '2024-01-01 00:00:00+00' + ((i * 389) % 731) * interval '1 day' + ((i * 53) % 1440) * interval '1 minute',
       (ARRAY['placed', 'paid', 'shipped', 'shipped', 'shipped', 'shipped', 'returned', 'cancelled'])[1 + (i * 3) % 8]::sales.order_status,
       (8 + (i * 7919) % 49000 / 100.0)::numeric(12,2), c.region,
       CASE WHEN i % 9 = 0 THEN 'leave it with ' || c.full_name || '''s neighbour' END
FROM generate_series(1, 40000) AS i JOIN crm.customers AS c ON c.id = 1 + (i * 7) % 15000;

-- step: items of orders
CREATE TABLE sales.order_items (
  order_id bigint NOT NULL,
  line integer NOT NULL,
  product_id bigint NOT NULL REFERENCES sales.products,
  quantity integer NOT NULL,
  unit_price numeric(12,2) NOT NULL,
  PRIMARY KEY (order_id, line)
);
INSERT INTO sales.order_items
SELECT o, line, p.id, 1 + (o + line) % 4, p.price
FROM generate_series(1, 40000) AS o CROSS JOIN LATERAL generate_series(1, 1 + o % 3) AS line
JOIN sales.products AS p ON p.id = 1 + (o * 11 + line * 17) % 400;

-- step: payments
CREATE TABLE sales.payments (
  id bigint PRIMARY KEY,
  order_id bigint NOT NULL,
  method text NOT NULL,
  card_number text,
  paid_at timestamptz NOT NULL,
  amount numeric(12,2) NOT NULL
);
INSERT INTO sales.payments
SELECT o.id, o.id, (ARRAY['card', 'transfer', 'invoice'])[1 + o.id % 3],
       CASE WHEN o.id % 3 = 0 THEN '4000' || lpad((o.id * 99991 % 1000000000000)::text, 12, '0') END, o.placed_at + interval '1 hour', o.amount
FROM sales.orders AS o WHERE o.status NOT IN ('placed', 'cancelled');

-- step: visits
CREATE TABLE web.visits (
  id bigint PRIMARY KEY,
  customer_id bigint,
  ip inet NOT NULL,
  device text NOT NULL,
  started_at timestamptz NOT NULL
);
INSERT INTO web.visits
SELECT i, CASE WHEN i % 3 <> 0 THEN 1 + (i * 17) % 15000 END, ('203.0.113.' || i % 254)::inet, (ARRAY['phone', 'laptop', 'tablet'])[1 + i % 3],
       timestamptz '2025-07-01 00:00:00+00' + (i * 26) * interval '1 minute'
FROM generate_series(1, 10000) AS i;

-- step: events, one partition per quarter
CREATE TABLE web.events (
  visit_id bigint NOT NULL,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  path text NOT NULL,
  properties jsonb NOT NULL
) PARTITION BY RANGE (at);
CREATE TABLE web.events_2025q3 PARTITION OF web.events FOR VALUES FROM ('2025-07-01 00:00:00+00') TO ('2025-10-01 00:00:00+00');
CREATE TABLE web.events_2025q4 PARTITION OF web.events FOR VALUES FROM ('2025-10-01 00:00:00+00') TO ('2026-01-02 00:00:00+00');
INSERT INTO web.events
SELECT v.id, v.started_at + n * interval '20 seconds', (ARRAY['view', 'view', 'search', 'basket', 'buy'])[1 + (v.id + n) % 5],
       '/' || (ARRAY['light', 'furniture', 'kitchen', 'textile', 'stationery'])[1 + (v.id * n) % 5],
       jsonb_build_object('ms', 40 + (v.id * n) % 900, 'search', (ARRAY['lamp', 'gift', 'wool'])[1 + (v.id + n) % 3])
FROM web.visits AS v CROSS JOIN generate_series(1, 4) AS n;

-- step: views and functions
CREATE VIEW sales.monthly_revenue AS
SELECT date_trunc('month', o.placed_at, 'UTC')::date AS month, o.region, count(*) AS orders, sum(o.amount) AS revenue
FROM sales.orders AS o WHERE o.status NOT IN ('cancelled', 'returned') GROUP BY 1, 2;
CREATE FUNCTION sales.net_amount(gross numeric, rate numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT round(gross / (1 + rate), 2) $$;

-- step: indexes
CREATE INDEX ON crm.customers (region);
CREATE INDEX ON crm.tickets (customer_id);
CREATE INDEX ON sales.orders (customer_id);
CREATE INDEX ON sales.order_items (product_id);
CREATE INDEX ON web.events (visit_id);

-- step: the gate's own role, which may read and nothing else
GRANT USAGE ON SCHEMA crm, ref, sales, web TO postern_svc;
GRANT SELECT ON ALL TABLES IN SCHEMA crm, ref, sales, web TO postern_svc;
REVOKE EXECUTE ON FUNCTION sales.net_amount(numeric, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sales.net_amount(numeric, numeric) TO postern_svc;

-- step: statistics
ANALYZE;
