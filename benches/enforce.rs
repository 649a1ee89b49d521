//! What one new statement costs: from its text to the plan, and the second parser's share of it.
//!
//! `cargo bench --bench enforce` prints the time of each statement, whole and by stage. A statement that was seen before pays none of this: its plan comes
//! from the cache.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bed that does not stand stops the measurement"
)]

#[expect(dead_code, reason = "the cases use more of it")]
#[path = "../tests/policy_cases/bed.rs"]
mod bed;

use std::hint::black_box;

use bed::{SHOP, Session};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use postern::enforce::parse_message;
use postern::witness::Witness;

/// One row by key, as an application sends it.
const LOOKUP: &str = "SELECT id, email, region FROM crm.customers WHERE id = 42";

/// About a kilobyte, as a dashboard sends it.
const DASHBOARD: &str = r#"
WITH paid AS (
    SELECT o.customer_id, date_trunc('month', o.placed_at) AS month, sum(o.amount) AS amount, count(*) AS orders
    FROM sales.orders AS o
    WHERE o.placed_at >= TIMESTAMPTZ '2026-01-01 00:00:00+00' AND o.placed_at < TIMESTAMPTZ '2026-07-01 00:00:00+00' AND o.amount > 0
    GROUP BY o.customer_id, date_trunc('month', o.placed_at)
)
SELECT "c"."region" AS "Region", "p"."month" AS "Month",
       CAST(sum("p"."amount") AS numeric(14, 2)) AS "Revenue",
       count(DISTINCT "p"."customer_id") AS "Customers",
       round(sum("p"."amount") / NULLIF(sum("p"."orders"), 0), 2) AS "Average order",
       rank() OVER (PARTITION BY "p"."month" ORDER BY sum("p"."amount") DESC) AS "Rank",
       CASE WHEN sum("p"."amount") >= 100000 THEN 'large' WHEN sum("p"."amount") >= 10000 THEN 'medium' ELSE 'small' END AS "Class"
FROM "paid" AS "p"
JOIN "crm"."customers" AS "c" ON "c"."id" = "p"."customer_id"
WHERE "c"."region" IN ('north', 'south', 'east', 'west') AND "c"."birth_date" IS NOT NULL
GROUP BY "c"."region", "p"."month"
HAVING sum("p"."amount") > 1000
ORDER BY "Month" ASC NULLS LAST, "Revenue" DESC
LIMIT 500"#;

fn cold(criterion: &mut Criterion) {
    let session = Session { database: "analysis".to_owned(), ..Session::default() };
    let mut group = criterion.benchmark_group("text to plan");
    for (name, text) in [("lookup", LOOKUP), ("dashboard", DASHBOARD)] {
        let judged = SHOP.judge(&session, text);
        assert!(judged.is_ok(), "{name} is not accepted: {judged:?}");
        group.throughput(Throughput::Bytes(u64::try_from(text.len()).unwrap_or(u64::MAX)));
        group.bench_with_input(BenchmarkId::new("whole", name), text, |bencher, text| {
            bencher.iter(|| SHOP.judge(&session, black_box(text)));
        });
        group.bench_with_input(BenchmarkId::new("parse", name), text, |bencher, text| {
            bencher.iter(|| parse_message(black_box(text), &SHOP.limits));
        });
        group.bench_with_input(BenchmarkId::new("witness reads it once", name), text, |bencher, text| {
            bencher.iter(|| Witness::read(black_box(text)));
        });
    }
    group.finish();
}

criterion_group!(benches, cold);
criterion_main!(benches);
