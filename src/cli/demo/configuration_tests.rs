//! The demo's folder is one that the gate takes, and its policy opens what the tour shows.

use super::*;
use crate::config;
use crate::policy::compile::{
    CompileInput, CompiledPolicy, SessionTexts, UserFunctionName, WarehouseInput, compile, offline_catalog,
};

fn written() -> (DemoFolder, Configuration) {
    let now = crate::runtime::Clock::system().now();
    let folder = DemoFolder::make(false).unwrap();
    let people = Person::both().unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], 5432));
    let secrets = Secrets::draw(now).unwrap();
    let configuration = Configuration::write(&folder, &people, &secrets, address, address, now).unwrap();
    (folder, configuration)
}

#[test]
fn the_folder_loads_without_a_mistake() {
    let (_folder, configuration) = written();
    let loaded = config::load(configuration.path()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(loaded.people.len(), 2);
    assert_eq!(loaded.contracts.len(), 4);
}

#[test]
fn the_policy_opens_two_databases_against_its_contracts() {
    let (_folder, configuration) = written();
    let loaded = config::load(configuration.path()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let warehouse = &loaded.server.warehouses[0];
    let name = &warehouse.name;
    let catalog = offline_catalog(&loaded.contracts, name, &warehouse.search_path);
    let functions: [(UserFunctionName, crate::document::Span); 0] = [];
    let at = crate::document::Span::start_of("postern.yaml");
    let warehouses = [WarehouseInput {
        name,
        catalog: &catalog,
        search_path: &warehouse.search_path,
        user_functions: &functions,
        user_types: &[],
        user_text_search: &[],
        views_login: None,
        at: &at,
    }];
    let input = CompileInput {
        policy: &loaded.policy,
        contracts: &loaded.contracts,
        revision: &loaded.revision,
        warehouses: &warehouses,
        statement_timeout: std::time::Duration::from_secs(60),
        texts: &SessionTexts { user: "''".into(), databases: "'{}'".into(), backend_pid: "0".into(), ..SessionTexts::default() },
        offline: true,
        compiled_before: false,
    };
    let compiled = compile(&input).and_then(CompiledPolicy::whole).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(compiled.grants.len(), 2);
}
