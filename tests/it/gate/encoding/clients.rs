//! Real clients: psql as its environment has it, a driver that speaks in binary.

use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};

use super::client::{Client, SPOKEN};
use super::words::gate;
use crate::gate::folder::PASSWORD;
use crate::gate::running::said;
use crate::harness::binary;

/// The bytes of a text in binary format.
#[derive(Debug)]
struct Binary(Vec<u8>);

impl<'a> FromSql<'a> for Binary {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl ToSql for Binary {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        out.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

/// A driver that sends and reads everything in binary format, on statements that were prepared before the encoding changed.
#[test]
fn a_driver_s_binary_texts_change_with_the_encoding() {
    let gate = gate(4);
    let conninfo = format!("host=127.0.0.1 port={} user=jane password='{PASSWORD}' dbname=analysis sslmode=disable", gate.port);
    gate.block_on(async {
        let (client, connection) = tokio_postgres::connect(&conninfo, tokio_postgres::NoTls).await.unwrap();
        let talk = async {
            let prepared = client.prepare("SELECT wort, n FROM worte WHERE wort = $1").await.unwrap();
            for (encoding, text, n) in SPOKEN {
                client.batch_execute(&format!("SET client_encoding = '{encoding}'")).await.unwrap();
                let bytes = Client::of(encoding).bytes(text);
                let row = client.query_one(&prepared, &[&Binary(bytes.clone())]).await.unwrap();
                assert_eq!((row.get::<_, Binary>(0).0, row.get::<_, i32>(1)), (bytes, n as i32), "{encoding}");
            }
            client.batch_execute("SET client_encoding = 'LATIN1'").await.unwrap();
            let euro = client.query("SELECT wort FROM worte WHERE n = 2", &[]).await.unwrap_err();
            assert_eq!(euro.code().unwrap().code(), "22P05");
            let after = client.query_one(&prepared, &[&Binary(b"M\xfcller".to_vec())]).await.unwrap();
            assert_eq!(after.get::<_, i32>(1), 1);
            drop(client);
        };
        let (ended, ()) = tokio::join!(connection, talk);
        ended.unwrap();
    });
}

/// psql itself, as it is started on Windows and elsewhere.
#[test]
fn psql_speaks_what_its_environment_says() {
    let gate = gate(4);
    let direct =
        format!("host=127.0.0.1 port={} dbname={} user=postgres options='-c search_path=crm'", gate.server.port, gate.database);
    for (encoding, text, n) in SPOKEN {
        let client = Client::of(encoding);
        let sql = client.bytes(&format!("SELECT n, wort AS \"{text}\", '{text}' FROM worte WHERE wort = '{text}'"));
        let copy = format!("\\copy (SELECT wort FROM worte WHERE n = {n}) TO STDOUT");
        let run = |conninfo: &str| {
            let mut psql = Command::new(binary("psql"));
            psql.args(["-X", "-A", "-d", conninfo, "-c"]).arg(std::ffi::OsStr::from_bytes(&sql)).args([
                "-c",
                &copy,
                "-c",
                "\\encoding",
            ]);
            let output = psql.env("PGPASSWORD", PASSWORD).env("PGCLIENTENCODING", encoding).output().unwrap();
            (output.stdout, output.stderr)
        };
        let (expected, heard) = (run(&direct), run(&gate.conninfo("jane")));
        assert_eq!(heard, expected, "{encoding}");
        assert!(heard.1.is_empty() && !heard.0.is_empty(), "{encoding}");
    }
    for encoding in ["nonsense", "mule_internal"] {
        let run = |conninfo: &str| {
            let mut psql = Command::new(binary("psql"));
            psql.args(["-X", "-d", conninfo, "-c", "SELECT 1"]).env("PGPASSWORD", PASSWORD).env("PGCLIENTENCODING", encoding);
            let told = said(&psql.output().unwrap());
            told.split_once("FATAL:").unwrap().1.to_owned()
        };
        assert_eq!(run(&gate.conninfo("jane")), run(&direct), "{encoding}");
    }
}
