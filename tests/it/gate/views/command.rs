//! `postern views`: printed, made, checked, removed.

use serde_json::Value;

use super::bazaar::{bazaar, done, on_views, switch, views};
use crate::gate::served::Ground;

/// Rights of the login, schemas and roles: what a script may change.
fn state(ground: &Ground) -> String {
    ground.warehouse(&format!(
        "SELECT 'relation', c.oid::regclass::text, (SELECT string_agg(a.privilege_type || a.is_grantable, ',' ORDER BY 1) FROM aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee WHERE r.rolname = '{0}') \
           FROM pg_class c WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relnamespace::regnamespace::text NOT LIKE '%postern%' \
         UNION ALL SELECT 'column', t.attrelid::regclass || '.' || t.attname, t.attacl::text FROM pg_attribute t WHERE t.attacl IS NOT NULL AND t.attrelid >= 16384 \
         UNION ALL SELECT 'schema', n.nspname, has_schema_privilege('{0}', n.oid, 'USAGE')::text FROM pg_namespace n WHERE n.oid >= 16384 OR n.nspname = 'public' \
         UNION ALL SELECT 'role', r.rolname, r.rolcanlogin::text FROM pg_roles r WHERE r.rolname LIKE '{0}%' ORDER BY 1, 2",
        ground.login()
    ))
}

#[test]
fn apply_makes_just_what_check_asks_for_and_drop_takes_all_of_it_back() {
    let ground = bazaar();
    switch(&ground);
    let before = state(&ground);
    let said = views(&ground, &["--check"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("grant analysis: the view over \"crm\".\"customers\" is missing"), "{}", said.out);
    assert!(said.out.contains("has rights on \"crm\""), "{}", said.out);
    assert!(done(&ground, &["--apply"]).starts_with("the views are as they are configured now\n"));
    assert_eq!(done(&ground, &["--check"]), "warehouse shop: the views are as they are configured\n");
    let made = state(&ground);
    assert_ne!(made, before);
    assert!(done(&ground, &["--apply"]).starts_with("nothing to do"));
    assert_eq!(state(&ground), made);
    done(&ground, &["--drop"]);
    assert_eq!(state(&ground), before, "rights on tables, columns and schemas are what they were");
    done(&ground, &["--drop"]);
    assert_eq!(state(&ground), before);
}

#[test]
fn what_is_printed_is_what_is_done_and_can_be_run_again() {
    let ground = bazaar();
    switch(&ground);
    let script = done(&ground, &["--print"]);
    assert!(script.contains("BEGIN;\n") && script.trim_end().ends_with("COMMIT;"), "{script}");
    assert!(!script.contains("SCRAM-SHA-256") && !script.contains("service"), "no secret is printed");
    assert_eq!(views(&ground, &["--check"]).code, 1, "printing changes nothing");
    ground.warehouse(&script);
    done(&ground, &["--check"]);
    let oids = "SELECT string_agg(c.oid::text, ' ' ORDER BY c.oid) FROM pg_class c WHERE c.relnamespace = 'postern/analysis'::regnamespace";
    let made = ground.warehouse(oids);
    ground.warehouse(&script);
    done(&ground, &["--check"]);
    assert_eq!(ground.warehouse(oids), made, "what is as planned is not touched");
    let json: Value = serde_json::from_str(&done(&ground, &["--print", "--format", "json"])).unwrap();
    assert_eq!(json["login"], ground.login());
    assert_eq!(json["owner"], format!("{}_views", ground.login()));
    assert_eq!(json["grants"][0]["name"], "analysis");
    assert_eq!(json["grants"][0]["views"].as_array().unwrap().len(), 16);
    assert_eq!(json["grants"][0]["functions"].as_array().unwrap().len(), 3);
    assert!(script.contains(json["sql"].as_str().unwrap().trim_end()));
}

#[test]
fn only_what_changed_is_made_anew_and_what_is_no_more_goes() {
    let ground = on_views();
    let oid = |name: &str| {
        ground.warehouse(&format!(
            "SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'postern/analysis'::regnamespace AND c.relname LIKE '{name}/%' AND c.relname NOT LIKE '%/only/%'"
        ))
    };
    let (customers, docs) = (oid("crm.customers"), oid("crm.docs"));
    ground.edit("policy.yaml", "row_filter: \"region = 'EMEA'\"", "row_filter: \"region = 'US'\"");
    ground.edit("policy.yaml", "          totals: {columns: [amount]}\n", "");
    let said = views(&ground, &["--check"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("the view over \"crm\".\"customers\" is missing"), "{}", said.out);
    assert!(said.out.contains("\"crm.totals/") && said.out.contains("is of no use to the configuration"), "{}", said.out);
    assert!(!said.out.contains("docs"), "{}", said.out);
    done(&ground, &["--apply"]);
    assert_ne!(oid("crm.customers"), customers);
    assert_eq!((oid("crm.docs"), oid("crm.totals")), (docs, String::new()));
    let owner = format!("{}_views", ground.login());
    assert_eq!(ground.warehouse(&format!("SELECT has_table_privilege('{owner}', 'crm.totals', 'SELECT')")), "f");
}

#[test]
fn a_grant_alone_is_made_checked_and_removed_before_the_gate_runs_on_views() {
    let ground = bazaar();
    let said = views(&ground, &["--check"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("no warehouse has backend: views"), "{}", said.err);
    done(&ground, &["--grant", "analysis", "--apply"]);
    done(&ground, &["--grant", "analysis", "--check"]);
    assert!(done(&ground, &["--grant", "analysis", "--drop"]).contains("the views of analysis are removed"));
    assert_eq!(views(&ground, &["--grant", "analysis", "--check"]).code, 1);
    let said = views(&ground, &["--grant", "analysys", "--check"]);
    assert!(said.err.contains("there is no grant \"analysys\" (did you mean \"analysis\"?)"), "{}", said.err);
}

#[test]
fn no_secret_is_taken_from_the_command_line() {
    let ground = bazaar();
    switch(&ground);
    let url = format!("postgres://postgres:geheim@127.0.0.1:{}/{}", ground.server.port, ground.database);
    let said = views(&ground, &["--apply", "--warehouse", &url]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("--warehouse holds a password") && !said.err.contains("geheim"), "{}", said.err);
    let elsewhere = format!("postgres://postgres@127.0.0.1:{}/postgres", ground.server.port);
    let said = views(&ground, &["--apply", "--warehouse", &elsewhere]);
    assert!(said.err.contains("names database postgres, and warehouse shop is database"), "{}", said.err);
    let config = ground.path().to_str().unwrap();
    for arguments in [&["--apply"][..], &["--drop"], &[], &["--print", "--check"]] {
        let output = crate::harness::postern(&[&["views", "--config", config], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn what_somebody_built_on_the_views_is_not_dropped_with_them() {
    let ground = on_views();
    let name = ground.warehouse(
        "SELECT format('%I.%I', 'postern/analysis', c.relname) FROM pg_class c WHERE c.relnamespace = 'postern/analysis'::regnamespace AND c.relname LIKE 'crm.docs/%' LIMIT 1",
    );
    ground.warehouse(&format!("CREATE VIEW public.report AS SELECT * FROM {name}"));
    let said = views(&ground, &["--drop"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("other objects depend on it") && said.err.contains("view public.report depends"), "{}", said.err);
    done(&ground, &["--check"]);
    ground.warehouse("DROP VIEW public.report");
    done(&ground, &["--drop"]);
}

#[test]
fn a_view_that_reads_with_the_rights_of_whoever_asks_is_found() {
    let ground = bazaar();
    if ground.warehouse("SELECT current_setting('server_version_num')::int >= 150000") == "f" {
        // Such views are new in PostgreSQL 15.
        return;
    }
    switch(&ground);
    ground.warehouse("ALTER VIEW crm.regions SET (security_invoker = true)");
    let said = views(&ground, &["--apply"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("crm.regions/") && said.err.contains("permission denied for table customers"), "{}", said.err);
    assert_eq!(views(&ground, &["--check"]).code, 1, "nothing was made");
}
