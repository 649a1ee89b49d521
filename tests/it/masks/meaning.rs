//! What each mask makes of a value.

use hmac::{Hmac, KeyInit, Mac};
use postern::document::{MaskSpec, Value};
use postern::mask::{self, Effect, MaskInput, keys};
use sha2::Sha256;

use super::edges::{column, edges};
use super::uses::{compile, key_settings, spec, text, values};
use crate::harness::{Postgres, introspect};

#[test]
fn the_digest_is_the_hmac_of_rfc_4231() {
    let (server, catalog) = edges("masks_hmac");
    let masked = compile(&catalog, column(&catalog, "t_text"), &spec("hash", &[("n", Value::Int(64))])).unwrap();
    // Test cases 1, 2, 6 and 7: those whose data are text.
    let vectors: [(Vec<u8>, &str, &str); 4] = [
        (vec![0x0b; 20], "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe".to_vec(), "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (
            vec![0xaa; 131],
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            vec![0xaa; 131],
            "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for (key, data, digest) in vectors {
        // RFC 2104: a key longer than a block is hashed first.
        let key = if key.len() > 64 { <sha2::Sha256 as sha2::Digest>::digest(&key).to_vec() } else { key };
        let pad = |with: u8| {
            let padded = key.iter().copied().chain(std::iter::repeat(0)).take(64);
            padded.map(|byte| format!("{:02x}", byte ^ with)).collect::<String>()
        };
        let sql = format!(
            "SET postern.i_customer = '{}'; SET postern.o_customer = '{}'; SELECT {} FROM (SELECT '{data}'::text AS v) AS t",
            pad(0x36),
            pad(0x5c),
            masked.mask.sql
        );
        assert_eq!(server.sql("masks_hmac", &sql), digest);
    }
    // The derived halves are those of one key: what the server makes of them is HMAC too.
    let key = keys::derive(&[7; 32], &keys::Engagement { vendor: "acme", engagement: "q4", epoch: 1 }, "customer");
    let unpadded: Vec<u8> =
        (0..32).map(|at| u8::from_str_radix(&key.inner.reveal()[2 * at..2 * at + 2], 16).unwrap() ^ 0x36).collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(&unpadded).unwrap();
    mac.update("Жук".as_bytes());
    let ours: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let sql = format!("{} SELECT {} FROM (SELECT 'Жук'::text AS v) AS t", key_settings(&["customer"]), masked.mask.sql);
    assert_eq!(server.sql("masks_hmac", &sql), ours);
    // A session without the key gets an error, never an unkeyed digest.
    let output = server.psql("masks_hmac", "postgres", &format!("SELECT {} FROM (SELECT 'x'::text AS v) AS t", masked.mask.sql));
    assert!(!output.status.success());
}

#[test]
fn pseudonyms_of_one_domain_join_whatever_the_type_spelling_and_collation() {
    let (server, catalog) = edges("masks_join");
    let expression = |table: &str, name: &str, value: &str| {
        let live = column(&catalog, table);
        let masked = compile(&catalog, live, &spec(name, &[])).unwrap();
        format!("(SELECT {} FROM (SELECT CAST({value} AS {}) AS v) AS t)", masked.mask.sql, live.type_text)
    };
    let equal = [
        [expression("t_int2", "pseudonym", "42"), expression("t_int8", "pseudonym", "42")],
        [expression("t_int4", "hash", "42"), expression("t_numeric", "hash", "42.00")],
        [expression("t_text", "hash", "'Jane'"), expression("t_char40", "hash", "'Jane'")],
        [expression("t_text_ci", "hash", "'Jane'"), expression("t_varchar40", "hash", "'Jane'")],
        [expression("t_text", "email", "'Jane@X.example'"), expression("t_varchar40", "email", "'jane@x.EXAMPLE'")],
        [
            expression("t_uuid", "pseudonym_uuid", "'{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}'"),
            expression("t_text", "pseudonym_uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
        ],
    ];
    for [left, right] in equal {
        let sql =
            format!("{} SELECT ({left})::text COLLATE \"C\" = rtrim(({right})::text) COLLATE \"C\"", key_settings(&["customer"]));
        assert_eq!(server.sql("masks_join", &sql), "t", "{left} / {right}");
    }
    for (table, name, one, other) in [
        ("t_text", "hash", "'Jane'", "'jane'"),
        ("t_text_ci", "hash", "'Jane'", "'jane'"),
        ("t_text", "pseudonym", "'a'", "'a '"),
        ("t_int8", "pseudonym", "1", "-1"),
        ("t_date", "hash", "'infinity'", "'-infinity'"),
    ] {
        let (one, other) = (expression(table, name, one), expression(table, name, other));
        let sql = format!("{} SELECT ({one})::text COLLATE \"C\" = ({other})::text COLLATE \"C\"", key_settings(&["customer"]));
        assert_eq!(server.sql("masks_join", &sql), "f");
    }
}

/// What plain SQL says a mask means on ordinary data.
#[test]
fn masks_mean_what_the_catalogue_says() {
    let server = Postgres::shared();
    server.database("masks_meaning");
    server.sql(
        "masks_meaning",
        "CREATE SCHEMA edges; CREATE TABLE edges.t (email text, phone varchar(20), card char(16), birth date, seen timestamptz, plain timestamp,
           income numeric(20,8), amount numeric(12,2), age int, ip inet, prefs jsonb, url text, zip text, name text);
         INSERT INTO edges.t VALUES
           ('Ann@Example.com', '+49 170 1234567', '4111111111111111', '1984-05-17', '2024-03-31 22:30:00-05', '2024-02-29 13:14:15', 45678.12345678, 123.45, 37,
            '10.20.30.40', '{\"plan\": 1, \"pin\": \"0000\", \"nested\": {\"pin\": 1}}', 'https://example.com/a/b?c=d', '80331', 'Жук Ann-Marie'),
           ('bob@x.example', '123', '42', '2001-12-31', '2024-01-01 00:00:00+00', '1999-12-31', -5.5, -95, -5, '2001:db8:1:2::3', '[1]', 'short', '1', '');
         INSERT INTO edges.t DEFAULT VALUES;",
    );
    let catalog = introspect(&server, "masks_meaning");
    let int = Value::Int;
    let keys = |names: &[&str]| Value::List(names.iter().map(|name| text(name)).collect());
    for (name, mask, sql) in [
        ("email", spec("email_domain", &[]), "lower(split_part(email, '@', 2))"),
        (
            "phone",
            spec("partial", &[("prefix", int(0)), ("suffix", int(4)), ("min", int(4))]),
            "CASE WHEN phone IS NULL THEN NULL WHEN length(phone) < 8 THEN repeat('*', 8) ELSE left(phone, 0) || repeat('*', 8) || right(phone, 4) END",
        ),
        (
            "card",
            spec("partial", &[("suffix", int(4))]),
            "CASE WHEN card IS NULL THEN NULL WHEN length(card) < 8 THEN repeat('*', 8) ELSE left(card, 0) || repeat('*', 8) || right(card, 4) END",
        ),
        ("birth", spec("date_trunc", &[("unit", text("year"))]), "date_trunc('year', birth::timestamp)::date"),
        (
            "seen",
            spec("date_trunc", &[("unit", text("month"))]),
            "date_trunc('month', seen AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'",
        ),
        ("plain", spec("date_trunc", &[("unit", text("hour"))]), "date_trunc('hour', plain)"),
        ("income", spec("bucket", &[("width", int(10_000))]), "floor(income / 10000) * 10000"),
        ("age", spec("bucket", &[("width", int(10))]), "floor(age::numeric / 10) * 10"),
        ("amount", spec("round", &[("digits", int(-1))]), "round(amount, -1)"),
        (
            "ip",
            spec("ip_prefix", &[("v4", int(16)), ("v6", int(48))]),
            "network(set_masklen(ip, CASE family(ip) WHEN 4 THEN 16 ELSE 48 END))::inet",
        ),
        (
            "prefs",
            spec("json_drop", &[("keys", keys(&["pin", "recovery_email"]))]),
            "CASE WHEN prefs IS NULL THEN NULL WHEN jsonb_typeof(prefs) = 'object' THEN prefs - ARRAY['recovery_email', 'pin'] ELSE 'null'::jsonb END",
        ),
        (
            "prefs",
            spec("json_keep", &[("keys", keys(&["plan", "nested"]))]),
            "CASE WHEN prefs IS NULL THEN NULL WHEN jsonb_typeof(prefs) = 'object' THEN prefs - 'pin' ELSE 'null'::jsonb END",
        ),
        (
            "url",
            spec("generalise", &[("keep", int(20))]),
            "CASE WHEN url IS NULL THEN NULL WHEN length(url) <= 20 THEN '***' ELSE left(url, 20) || '**' END",
        ),
        (
            "zip",
            spec("generalise", &[("keep", int(3))]),
            "CASE WHEN zip IS NULL THEN NULL WHEN length(zip) <= 3 THEN '***' ELSE left(zip, 3) || '**' END",
        ),
        ("name", spec("redact", &[]), "regexp_replace(name, '[^-@. ]', 'x', 'g')"),
        ("name", spec("constant", &[("value", text("it's"))]), "CASE WHEN name IS NULL THEN NULL ELSE 'it''s' END"),
        ("income", spec("nullify", &[]), "NULL"),
        ("age", spec("presence", &[]), "(age IS NOT NULL)"),
        ("name", spec("length", &[]), "length(name)"),
        (
            "amount",
            spec("range", &[("bounds", Value::List(vec![int(0), int(100)])), ("labels", keys(&["neg", "low", "high"]))]),
            "CASE WHEN amount IS NULL THEN NULL ELSE (ARRAY['neg','low','high'])[width_bucket(amount, ARRAY[0,100]::numeric[]) + 1] END",
        ),
        ("amount", spec("geo_round", &[("digits", int(1))]), "round(amount, 1)"),
    ] {
        let live = catalog.relation("edges", "t").unwrap().column(name).unwrap();
        let input = MaskInput {
            catalog: &catalog,
            column_sql: &format!("t.\"{name}\""),
            column_name: name,
            type_oid: live.type_oid,
            typmod: live.typmod,
            not_null: false,
            collation: live.collation.as_ref(),
            domain: None,
            entity: &[],
        };
        let Ok(Effect::Masked(masked)) = mask::compile(&mask, input) else { panic!("{name}: {mask:?}") };
        let both = format!(
            "SELECT count(*) FROM (SELECT ({})::text AS ours, (CAST({sql} AS {}))::text AS theirs FROM edges.t AS t) AS b WHERE ours IS DISTINCT FROM theirs",
            masked.mask.sql, masked.type_text
        );
        assert_eq!(server.sql("masks_meaning", &both), "0", "{} on {name}", mask.name);
    }
}

#[test]
fn edges_hold_what_the_findings_demand() {
    let (server, catalog) = edges("masks_edges");
    let of = |table: &str, mask: &MaskSpec| values(&server, "masks_edges", &catalog, table, mask);
    // M1: a short text shows nothing of itself; the domain is what stands after the last @.
    let digits = of("t_varchar3", &spec("digits", &[("keep", Value::Int(1)), ("n", Value::Int(2))]));
    assert!(digits[1].len() == 2 && digits[1].chars().all(|c| c.is_ascii_digit()), "{digits:?}");
    assert_eq!(of("t_text", &spec("email_domain", &[]))[5], "c");
    // M2: clamped to the range of type and modifier.
    assert_eq!(of("t_int4", &spec("round", &[("digits", Value::Int(-2))]))[5], "2147483600");
    assert_eq!(of("t_int4", &spec("round", &[("digits", Value::Int(-9))]))[5], "2000000000");
    assert_eq!(of("t_int2", &spec("round", &[("digits", Value::Int(-5))])), ["0", "0", "0", "0", "0", "0", "NULL"]);
    assert_eq!(of("t_int2", &spec("bucket", &[("width", Value::Int(10))]))[0], "-32768");
    assert_eq!(
        of("t_numeric42", &spec("round", &[("digits", Value::Int(-1))])),
        ["0.00", "-10.00", "99.99", "-99.99", "0.00", "NaN", "NULL"]
    );
    // M3: the ends of the calendar; infinities stay.
    let years = of("t_date", &spec("date_trunc", &[("unit", text("year"))]));
    assert_eq!(
        years,
        [
            "4000-01-01 BC",
            "0001-01-01 BC",
            "0001-01-01",
            "1970-01-01",
            "2000-01-01",
            "290000-01-01",
            "290000-01-01",
            "infinity",
            "-infinity",
            "NULL"
        ]
    );
    let bands = of("t_date", &spec("age_band", &[]));
    assert_eq!((bands[0].as_str(), bands[7].as_str(), bands[8].as_str()), ("90+", "0-9", "90+"));
    // M4: integers stay integers, -5 lies below 0.
    assert_eq!(of("t_int4", &spec("bucket", &[("width", Value::Int(10))]))[1..5], ["-10", "-10", "0", "0"]);
    assert_eq!(
        of("t_jsonb", &spec("json_drop", &[("keys", Value::List(vec![text("ssn")]))])),
        ["{}", "{\"\": 1, \"Ж\": null, \"plan\": {\"a\": 1}}", "null", "null", "null", "null", "null", "NULL"]
    );
    // Dates of one person move together, and stay within the bound.
    let shifted = of("t_date", &spec("date_shift", &[("max", Value::Int(3))]));
    assert!(shifted[4].starts_with("2000-02-2") || shifted[4].starts_with("2000-03-0"), "{shifted:?}");
    // Noise stays within its ratio.
    let noisy = of("t_numeric208", &spec("noise", &[("ratio", Value::Float(0.05))]));
    assert!((noisy[2].parse::<f64>().unwrap() / 12345.678 - 1.0).abs() <= 0.05 && noisy[2] != "12345.67800000", "{noisy:?}");
}
