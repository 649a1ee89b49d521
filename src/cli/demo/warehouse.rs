//! The sample data, loaded step by step as the warehouse's owner.

use anyhow::Context;
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

use super::configuration::Secrets;
use super::postgres::Postgres;
use super::progress::Progress;
use crate::runtime::task;

/// Tables, types, rows; a line `-- step: …` begins each part.
const SQL: &str = include_str!("warehouse.sql");
const STEP: &str = "\n-- step: ";

/// The database that holds it.
pub(super) const DATABASE: &str = "shop";

/// Makes the gate's role and the database, and fills it.
pub(super) async fn load(postgres: &Postgres, secrets: &Secrets, progress: &mut Progress) -> Result<(), anyhow::Error> {
    let steps: Vec<(&str, &str)> = steps().collect();
    progress.expect(steps.len() + 1);
    progress.step("warehouse: database");
    let server = connect(postgres, secrets, "postgres").await?;
    // The password is of letters, digits, - and _ only.
    let role = format!("CREATE ROLE postern_svc LOGIN PASSWORD '{}'", secrets.service.reveal());
    let bound = "ALTER ROLE postern_svc SET temp_file_limit = '1GB'";
    for statement in [role.as_str(), bound, "CREATE DATABASE shop TEMPLATE template0 ENCODING 'UTF8'"] {
        server.batch_execute(statement).await.context("make the warehouse's role and database")?;
    }
    let database = connect(postgres, secrets, DATABASE).await?;
    for (name, sql) in steps {
        progress.step(&format!("warehouse: {name}"));
        database.batch_execute(sql).await.with_context(|| format!("load the warehouse: {name}"))?;
    }
    Ok(())
}

/// The rows of a query of the owner's, as psql prints them unaligned.
pub(super) async fn ask(postgres: &Postgres, secrets: &Secrets, sql: &str) -> Result<String, anyhow::Error> {
    let client = connect(postgres, secrets, DATABASE).await?;
    let rows = client.simple_query(sql).await.with_context(|| format!("ask the warehouse: {sql}"))?;
    let lines = rows.iter().filter_map(|message| {
        let SimpleQueryMessage::Row(row) = message else { return None };
        Some((0..row.len()).map(|column| row.get(column).unwrap_or_default()).collect::<Vec<_>>().join("|"))
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

async fn connect(postgres: &Postgres, secrets: &Secrets, database: &str) -> Result<Client, anyhow::Error> {
    let mut config = Config::new();
    let address = postgres.address();
    config
        .host(address.ip().to_string())
        .port(address.port())
        .user("postgres")
        .password(secrets.superuser.reveal())
        .dbname(database);
    let (client, connection) = config.connect(NoTls).await.context("connect to the warehouse")?;
    task::spawn("demo warehouse", async move {
        if let Err(cause) = connection.await {
            tracing::warn!(%cause, "connection to the demo's warehouse ended");
        }
    });
    Ok(client)
}

/// Name and SQL of each step.
fn steps() -> impl Iterator<Item = (&'static str, &'static str)> {
    SQL.split(STEP).skip(1).filter_map(|step| step.split_once('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_belongs_to_a_step() {
        let before = SQL.split(STEP).next().unwrap();
        assert!(before.lines().all(|line| line.is_empty() || line.starts_with("--")), "{before}");
        assert!(steps().count() > 10);
        assert!(steps().all(|(name, sql)| !name.is_empty() && sql.contains(';')));
    }

    #[test]
    fn it_is_a_warehouse_worth_guarding() {
        let count = |what: &str| SQL.matches(what).count();
        assert!(count("\nCREATE TABLE ") - count(" PARTITION OF ") >= 10);
        assert!(count("\nCREATE SCHEMA ") >= 3);
    }
}
