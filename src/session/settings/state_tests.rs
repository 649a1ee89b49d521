//! Settings through transactions, as PostgreSQL has them.

use super::*;

fn settings() -> Settings {
    spoken(Spoken::default())
}

fn spoken(spoken: Spoken) -> Settings {
    let defaults = Defaults {
        facts: Arc::new(ServerFacts::from_pairs([("datestyle", "ISO, MDY"), ("timezone", "UTC"), ("extra_float_digits", "1")])),
        user: "jane".to_owned(),
        application_name: "psql".to_owned(),
        search_path: vec!["sales".to_owned()],
        statement_timeout: Duration::from_secs(300),
        idle_in_transaction: Duration::from_secs(60),
        idle_session: Duration::from_secs(1800),
        filters_rows: false,
    };
    Settings::new(defaults, spoken)
}

fn set(settings: &mut Settings, name: &str, value: &str, scope: Scope) {
    let change = settings.propose(name, &[value.to_owned()]).unwrap();
    settings.apply(&change, scope);
}

#[test]
fn rollback_takes_back_what_the_transaction_set() {
    let mut settings = settings();
    set(&mut settings, "TimeZone", "Asia/Tokyo", Scope::Session);
    settings.begin();
    set(&mut settings, "timezone", "Europe/Berlin", Scope::Session);
    settings.savepoint("a");
    set(&mut settings, "datestyle", "german", Scope::Session);
    settings.rollback_to("a");
    assert_eq!(settings.by_name("DateStyle"), "ISO, MDY");
    assert_eq!(settings.by_name("TimeZone"), "Europe/Berlin");
    settings.end(false);
    assert_eq!(settings.by_name("TimeZone"), "Asia/Tokyo");
}

#[test]
fn an_error_takes_back_what_the_innermost_savepoint_set() {
    let mut settings = settings();
    settings.begin();
    set(&mut settings, "TimeZone", "Europe/Berlin", Scope::Session);
    settings.savepoint("a");
    set(&mut settings, "TimeZone", "Asia/Tokyo", Scope::Session);
    settings.fail();
    assert_eq!(settings.by_name("TimeZone"), "Europe/Berlin");
    settings.rollback_to("a");
    settings.end(true);
    assert_eq!(settings.by_name("TimeZone"), "Europe/Berlin");
}

#[test]
fn set_local_ends_with_the_transaction() {
    let mut settings = settings();
    settings.begin();
    set(&mut settings, "TimeZone", "Europe/Berlin", Scope::Session);
    set(&mut settings, "TimeZone", "Asia/Tokyo", Scope::Local);
    assert_eq!(settings.by_name("TimeZone"), "Asia/Tokyo");
    settings.end(true);
    assert_eq!(settings.by_name("TimeZone"), "Europe/Berlin");
}

#[test]
fn a_released_savepoint_keeps_what_was_set_and_reset_goes_back_to_the_startup_packet() {
    let mut settings = settings();
    settings.request("extra_float_digits", "2").unwrap();
    settings.begin();
    settings.savepoint("a");
    set(&mut settings, "extra_float_digits", "3", Scope::Session);
    settings.release("a");
    settings.end(true);
    assert_eq!(settings.by_name("extra_float_digits"), "3");
    let change = settings.propose_default("extra_float_digits").unwrap();
    settings.apply(&change, Scope::Session);
    assert_eq!(settings.by_name("extra_float_digits"), "2");
    assert_eq!(settings.mirrored(), [("extra_float_digits", "2".to_owned())]);
}

#[test]
fn the_path_names_the_user_and_time_limits_only_sink() {
    let mut settings = settings();
    let change = settings.propose("search_path", &["$user".to_owned(), "sales".to_owned()]).unwrap();
    settings.apply(&change, Scope::Session);
    assert_eq!(settings.search_path(), ["jane", "sales"]);
    assert_eq!(settings.by_name("search_path"), "\"$user\", sales");
    assert!(settings.propose("statement_timeout", &["10min".to_owned()]).unwrap().is_lowered);
    let change = settings.propose("statement_timeout", &["0".to_owned()]).unwrap();
    assert_eq!((change.value.as_str(), change.is_lowered), ("5min", false));
    assert_eq!(settings.statement_timeout(), Some(Duration::from_secs(300)));
    assert_eq!(settings.propose_all_defaults().len(), 1);
}

#[test]
fn what_is_not_in_the_table_cannot_be_set() {
    for name in ["work_mem", "postern.subject", "session_replication_role", "log_statement"] {
        assert_eq!(settings().propose(name, &["x".to_owned()]).unwrap_err().sqlstate.as_str(), "42501");
    }
}

#[test]
fn what_the_client_speaks_follows_its_setting_everywhere() {
    let speaks = Spoken::default();
    let mut settings = spoken(speaks.clone());
    let now = || speaks.encoding().name();
    settings.request("client_encoding", "win1252").unwrap();
    assert_eq!(now(), "WIN1252");
    settings.begin();
    set(&mut settings, "client_encoding", "latin1", Scope::Session);
    settings.savepoint("a");
    set(&mut settings, "client_encoding", "sjis", Scope::Local);
    assert_eq!(now(), "SJIS");
    settings.rollback_to("a");
    assert_eq!(now(), "LATIN1");
    settings.end(false);
    assert_eq!(now(), "WIN1252");
    let back = settings.propose_default("client_encoding").unwrap();
    assert_eq!((back.value.as_str(), back.effect), ("WIN1252", Effect::Mirrored));
    let never = settings.request("client_encoding", "mule_internal").unwrap_err();
    assert_eq!(never.message, "conversion between MULE_INTERNAL and UTF8 is not supported");
    assert_eq!(settings.mirrored(), [("client_encoding", "WIN1252".to_owned())]);
}
