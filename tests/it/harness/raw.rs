//! A client that speaks the protocol byte by byte, valid or not, to the gate and to PostgreSQL alike.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use bytes::BytesMut;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::frontend;

use super::serving::Login;

/// A message from the server: its type and its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub tag: u8,
    pub body: Vec<u8>,
}

impl Message {
    /// The fields of an ErrorResponse or NoticeResponse: their types and texts.
    pub(crate) fn fields(&self) -> Vec<(char, String)> {
        let parts = self.body.split(|byte| *byte == 0).filter(|part| !part.is_empty());
        parts.map(|part| (char::from(part[0]), String::from_utf8_lossy(&part[1..]).into_owned())).collect()
    }

    /// One field of an ErrorResponse.
    pub(crate) fn field(&self, kind: char) -> Option<String> {
        self.fields().into_iter().find(|(found, _)| *found == kind).map(|(_, text)| text)
    }
}

/// A connection without TLS.
pub(crate) struct Raw {
    socket: TcpStream,
}

impl Raw {
    /// Connects, and says nothing yet.
    pub(crate) fn connect(port: u16) -> Self {
        let socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
        // A server that never answers fails the test; nothing depends on how long it took.
        socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        socket.set_nodelay(true).unwrap();
        Self { socket }
    }

    /// Connects and logs in: by trust or by SCRAM, as the server asks. Returns after the first ReadyForQuery.
    pub(crate) fn login(port: u16, login: &Login) -> Self {
        let mut raw = Self::connect(port);
        let mut packet = BytesMut::new();
        frontend::startup_message([("user", login.user), ("database", login.database)], &mut packet).unwrap();
        raw.send(&packet);
        let first = raw.receive().unwrap();
        assert_eq!(first.tag, b'R', "{first:?} {:?}", first.fields());
        if first.body[..4] == [0, 0, 0, 10] {
            raw.scram(login.password);
        }
        raw.until_ready();
        raw
    }

    fn scram(&mut self, password: &str) {
        let (mut scram, proof) = self.proof(password);
        self.send(&proof);
        scram.finish(&self.receive().unwrap().body[4..]).unwrap();
    }

    /// The exchange of SCRAM up to the proof of the password, which is not sent yet.
    fn proof(&mut self, password: &str) -> (ScramSha256, BytesMut) {
        let mut scram = ScramSha256::new(password.as_bytes(), ChannelBinding::unsupported());
        let mut packet = BytesMut::new();
        frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), &mut packet).unwrap();
        self.send(&packet);
        scram.update(&self.receive().unwrap().body[4..]).unwrap();
        packet.clear();
        frontend::sasl_response(scram.message(), &mut packet).unwrap();
        (scram, packet)
    }

    /// Connects and does all of a login but the last step: what is left to send.
    pub(crate) fn before_the_proof(port: u16, login: &Login) -> (Self, BytesMut) {
        let mut raw = Self::connect(port);
        let mut packet = BytesMut::new();
        frontend::startup_message([("user", login.user), ("database", login.database)], &mut packet).unwrap();
        raw.send(&packet);
        raw.receive().unwrap();
        let (_scram, proof) = raw.proof(login.password);
        (raw, proof)
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).unwrap();
    }

    /// Sends to a server that may have hung up.
    pub(crate) fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.write_all(bytes)
    }

    /// Nothing more will come from here.
    pub(crate) fn finish_sending(&self) {
        drop(self.socket.shutdown(std::net::Shutdown::Write));
    }

    /// The next message.
    pub(crate) fn receive(&mut self) -> io::Result<Message> {
        let mut head = [0; 5];
        self.socket.read_exact(&mut head)?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let mut body = vec![0; length - 4];
        self.socket.read_exact(&mut body)?;
        Ok(Message { tag: head[0], body })
    }

    /// All messages up to ReadyForQuery, with it.
    pub(crate) fn until_ready(&mut self) -> Vec<Message> {
        let mut messages = Vec::new();
        loop {
            let message = self.receive().unwrap_or_else(|error| panic!("{error} after {messages:?}"));
            let is_ready = message.tag == b'Z';
            messages.push(message);
            if is_ready {
                return messages;
            }
        }
    }

    /// Whatever still comes until the server hangs up.
    pub(crate) fn until_closed(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        drop(self.socket.read_to_end(&mut rest));
        rest
    }

    /// One simple query.
    pub(crate) fn query(&mut self, sql: &str) -> Vec<Message> {
        let mut packet = BytesMut::new();
        frontend::query(sql, &mut packet).unwrap();
        self.send(&packet);
        self.until_ready()
    }
}
