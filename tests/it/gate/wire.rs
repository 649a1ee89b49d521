//! A client that speaks messages, to the gate and to the warehouse alike, and writes down what it hears.

use std::io::{Read, Write};
use std::net::TcpStream;

use bytes::{Buf, BytesMut};
use postgres_protocol::IsNull;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::frontend;

/// One message of a script.
#[derive(Clone, Debug)]
pub(crate) enum Say {
    Bind {
        portal: &'static str,
        statement: &'static str,
        values: &'static [Option<&'static str>],
        binary: bool,
    },
    ClosePortal(&'static str),
    CloseStatement(&'static str),
    DescribePortal(&'static str),
    DescribeStatement(&'static str),
    Execute(&'static str, i32),
    Flush,
    Parse(&'static str, &'static str),
    /// With the types of its parameters.
    ParseTyped(&'static str, &'static str, &'static [u32]),
    Query(&'static str),
    Sync,
}

/// A logged-in connection.
pub(crate) struct Speaker {
    stream: TcpStream,
    incoming: BytesMut,
}

impl Speaker {
    /// Logs in without TLS; a password is sent only when it is asked for.
    pub(crate) fn log_in(port: u16, user: &str, password: &str, parameters: &[(&str, &str)]) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut speaker = Self { stream, incoming: BytesMut::new() };
        let mut packet = BytesMut::new();
        let pairs = [("user", user)].into_iter().chain(parameters.iter().copied());
        frontend::startup_message(pairs, &mut packet).unwrap();
        speaker.stream.write_all(&packet).unwrap();
        let mut scram = None;
        loop {
            let (tag, mut body) = speaker.message();
            let mut answer = BytesMut::new();
            match tag {
                b'Z' => return speaker,
                b'E' => panic!("login: {}", fields(&body)),
                b'R' => match (body.get_u32(), &mut scram) {
                    (10, _) => {
                        let exchange = ScramSha256::new(password.as_bytes(), ChannelBinding::unsupported());
                        frontend::sasl_initial_response(SCRAM_SHA_256, exchange.message(), &mut answer).unwrap();
                        scram = Some(exchange);
                    }
                    (11, Some(exchange)) => {
                        exchange.update(&body).unwrap();
                        frontend::sasl_response(exchange.message(), &mut answer).unwrap();
                    }
                    (12, Some(exchange)) => exchange.finish(&body).unwrap(),
                    (0, _) => {}
                    (kind, _) => panic!("authentication {kind}"),
                },
                _ => {}
            }
            speaker.stream.write_all(&answer).unwrap();
        }
    }

    /// Sends the script in one piece; what comes back up to the last ReadyForQuery, one line for each message.
    pub(crate) fn converse(&mut self, script: &[Say]) -> Vec<String> {
        self.exchange(script).iter().filter_map(|(tag, body)| line(*tag, body)).collect()
    }

    /// The same, message by message.
    pub(crate) fn exchange(&mut self, script: &[Say]) -> Vec<(u8, BytesMut)> {
        self.say(script);
        self.hear(script.iter().filter(|say| matches!(say, Say::Query(_) | Say::Sync)).count())
    }

    /// Sends these bytes; what comes back up to the last of so many ReadyForQuery.
    pub(crate) fn exchange_bytes(&mut self, packet: &[u8], ready: usize) -> Vec<(u8, BytesMut)> {
        self.stream.write_all(packet).unwrap();
        self.hear(ready)
    }

    fn hear(&mut self, mut ready: usize) -> Vec<(u8, BytesMut)> {
        let mut heard = Vec::new();
        while ready > 0 {
            let (tag, body) = self.message();
            ready -= usize::from(tag == b'Z');
            heard.push((tag, body));
        }
        heard
    }

    /// Sends a script that ends with `SELECT 'the end'`, whatever of it is skipped; what comes back to the end. Says when the server fell silent.
    pub(crate) fn converse_to_the_end(&mut self, script: &[Say]) -> Vec<String> {
        self.say(script);
        self.stream.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
        let (mut heard, mut is_last) = (Vec::new(), false);
        loop {
            let Some((tag, body)) = self.try_message() else {
                heard.push("silence".to_owned());
                return heard;
            };
            is_last |= tag == b'D' && body.ends_with(b"the end");
            heard.extend(line(tag, &body));
            if is_last && tag == b'Z' {
                return heard;
            }
        }
    }

    /// Sends the script and hears nothing yet.
    pub(crate) fn say(&mut self, script: &[Say]) {
        let mut packet = BytesMut::new();
        for say in script {
            encode(say, &mut packet);
        }
        self.stream.write_all(&packet).unwrap();
    }

    /// The next message.
    pub(crate) fn message(&mut self) -> (u8, BytesMut) {
        self.try_message().expect("the connection goes on")
    }

    /// The next message; `None` when the connection is closed or nothing comes in time.
    fn try_message(&mut self) -> Option<(u8, BytesMut)> {
        loop {
            if let Some(length) = self.incoming.get(1..5) {
                let length = u32::from_be_bytes(length.try_into().unwrap()) as usize;
                if self.incoming.len() > length {
                    let tag = self.incoming.get_u8();
                    let mut whole = self.incoming.split_to(length);
                    whole.advance(4);
                    return Some((tag, whole));
                }
            }
            let mut chunk = [0; 8192];
            let count = self.stream.read(&mut chunk).ok().filter(|count| *count > 0)?;
            self.incoming.extend_from_slice(&chunk[..count]);
        }
    }
}

fn encode(say: &Say, packet: &mut BytesMut) {
    match say {
        Say::Bind { portal, statement, values, binary } => {
            let write = |value: &Option<&str>, buffer: &mut BytesMut| {
                Ok(match value {
                    Some(text) => {
                        buffer.extend_from_slice(text.as_bytes());
                        IsNull::No
                    }
                    None => IsNull::Yes,
                })
            };
            let bound = frontend::bind(portal, statement, [], values.iter(), write, [i16::from(*binary)], packet);
            assert!(bound.is_ok());
        }
        Say::ClosePortal(name) => frontend::close(b'P', name, packet).unwrap(),
        Say::CloseStatement(name) => frontend::close(b'S', name, packet).unwrap(),
        Say::DescribePortal(name) => frontend::describe(b'P', name, packet).unwrap(),
        Say::DescribeStatement(name) => frontend::describe(b'S', name, packet).unwrap(),
        Say::Execute(portal, rows) => frontend::execute(portal, *rows, packet).unwrap(),
        Say::Flush => frontend::flush(packet),
        Say::Parse(name, text) => frontend::parse(name, text, [], packet).unwrap(),
        Say::ParseTyped(name, text, types) => frontend::parse(name, text, types.iter().copied(), packet).unwrap(),
        Say::Query(text) => frontend::query(text, packet).unwrap(),
        Say::Sync => frontend::sync(packet),
    }
}

/// What two servers that behave alike say alike: errors by their code, nothing about parameters.
fn line(tag: u8, body: &[u8]) -> Option<String> {
    match tag {
        b'S' => None,
        b'E' | b'N' => Some(format!("{} {}", char::from(tag), fields(body))),
        _ => Some(format!("{} {}", char::from(tag), body.escape_ascii())),
    }
}

/// Severity and SQLSTATE.
fn fields(body: &[u8]) -> String {
    let field = |kind: u8| {
        let found = body.split(|byte| *byte == 0).find(|field| field.first() == Some(&kind));
        String::from_utf8_lossy(&found.unwrap_or_default()[1..]).into_owned()
    };
    format!("{} {}", field(b'V'), field(b'C'))
}
