//! Size arguments: what a call may ask for is bounded by `limits.value_bytes`, and below the bound nothing changes.

use super::served::Ground;

fn ground() -> Ground {
    let ground = Ground::new();
    ground.edit("postern.yaml", "result_bytes: 256MiB", "result_bytes: 256MiB, value_bytes: 1KiB");
    ground
}

#[test]
fn below_the_bound_a_size_is_what_it_was() {
    let ground = ground();
    ground.warehouse("CREATE VIEW crm.barred AS SELECT id, region FROM crm.customers WHERE region = 'EMEA'");
    let gate = ground.serve();
    for sql in [
        "SELECT id, repeat('ab', id % 5), lpad('x', id % 7, 'ab'), rpad(region, id % 9) FROM customers WHERE id < 30 ORDER BY id",
        "SELECT repeat('x', NULL::int + 1) IS NULL, repeat('x', 1 - 5), repeat('x', -2147483647 - 1), rpad('x', -7 + 0), repeat('', 2147483647)",
        "SELECT length(lpad('a', (SELECT 1024))), length(repeat('x', (SELECT 1024))), length(repeat('xy', (SELECT 512))), length(repeat('x', 1024))",
        "SELECT length(repeat('ab', sum(n)::int)), repeat('x', count(*)::int) FROM generate_series(1, 4) AS n",
        "SELECT length(repeat('y', (row_number() OVER (ORDER BY n))::int)) FROM generate_series(1, 3) AS n ORDER BY 1",
        "SELECT length(repeat('x', (random() * 0)::int + 3)), repeat('x', 2::smallint + 1::smallint), repeat('x', '3')",
        "SELECT n, repeat('x', n) FROM generate_series(1, 3) AS n GROUP BY n, repeat('x', n) ORDER BY repeat('x', n) DESC",
        "SELECT format('%*s|%-5s|', n, 'a', 'b') FROM generate_series(1, 3) AS n",
        "SELECT * FROM repeat('x', 1 + 1) AS r, lpad('y', length(r) + 1, r)",
        "SELECT count(*) FROM generate_series(1, 1024)",
        "SELECT count(*) FROM generate_series(10000, 1, -10)",
        "SELECT array_length(array_fill(0, ARRAY[32, 32]), 1), array_fill(7, '{2,2}'::int[], '{1,1}')",
        "SELECT repeat(r, n) FROM (SELECT region AS r, id AS n FROM customers WHERE id = 2) AS t WHERE EXISTS (SELECT FROM customers WHERE rpad(region, t.n) <> '')",
        "PREPARE p AS SELECT $1::int; EXECUTE p (length(repeat('x', 1 + 2)))",
        "PREPARE p AS SELECT length(repeat('x', $1)), length(rpad('x', $1, 'y')); EXECUTE p (1024)",
    ] {
        let direct = ground.warehouse(&format!("SET search_path = crm; {}", sql.replace("customers", "barred")));
        assert_eq!(gate.psql(sql), direct, "{sql}");
    }
}

#[test]
fn above_the_bound_the_error_names_the_limit() {
    let ground = ground();
    let gate = ground.serve();
    for sql in [
        "SELECT repeat('x', 1025)",
        "SELECT repeat('ab'::text, 513)",
        "SELECT repeat('x', (SELECT 1025)) IS NULL",
        "SELECT repeat('xy', (SELECT 513)) IS NULL",
        "SELECT repeat(region, id * 10) IS NULL FROM customers",
        "SELECT repeat('x', max(n)) IS NULL FROM generate_series(1, 1000) AS n WHERE n * 2 > (SELECT 1) HAVING max(n) * 2 > 5 AND repeat('x', max(n) * 2) IS NOT NULL",
        "SELECT lpad('x', 2000000000)",
        "SELECT rpad('x', 1000 + 1000) IS NULL",
        "SELECT count(*) FROM customers WHERE lpad(region, id + 1000) > 'x'",
        "SELECT array_fill(0, ARRAY[120000000])",
        "SELECT array_fill(0, ARRAY[32, 33])",
        "SELECT array_fill(0, '{1025}')",
        "SELECT format('%1025s', 'x')",
        "SELECT format('%2$*1$s', 900000000, 'x')",
        "SELECT count(*) FROM generate_series(1, 1025)",
        "SELECT count(*) FROM generate_series(1, 1000000000000)",
        "SELECT generate_series(0, -20000, -10)",
        "PREPARE p AS SELECT length(repeat('x', $1)); EXECUTE p (1025)",
        "BEGIN; DECLARE c CURSOR FOR SELECT length(repeat('x', n)) FROM generate_series(1020, 1030) AS n; FETCH 20 FROM c",
    ] {
        let told = gate.psql(sql);
        assert!(told.contains("54000: ") && told.contains("is asked for more than 1024 "), "{sql}: {told}");
        assert!(told.contains("The limit is limits.value_bytes of the gate."), "{sql}: {told}");
    }
    // The client's own is told as PostgreSQL tells it.
    assert!(gate.psql("SELECT width_bucket(1, 0, 1, 0)").contains("2201G"));
}
