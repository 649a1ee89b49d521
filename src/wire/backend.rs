//! The messages that the gate itself originates; what the warehouse says passes by as bytes.

use bytes::{BufMut, BytesMut};
use pgwire::messages::Message;
use pgwire::messages::data::{NoData, ParameterDescription};
use pgwire::messages::extendedquery::{BindComplete, CloseComplete, ParseComplete, PortalSuspended};
use pgwire::messages::response::{self, CommandComplete, EmptyQueryResponse, ReadyForQuery};
use pgwire::messages::startup::{Authentication, BackendKeyData, NegotiateProtocolVersion, SecretKey};

use super::error::WireError;
use super::report;
use super::startup::ProtocolVersion;
use crate::base::{Encoding, UserError};

/// A message to the client. NUL bytes inside texts are left out: they would end the text.
#[derive(Clone, Copy, Debug)]
pub enum Backend<'a> {
    AuthenticationOk,
    AuthenticationSasl {
        mechanisms: &'a [&'a str],
    },
    AuthenticationSaslContinue(&'a [u8]),
    AuthenticationSaslFinal(&'a [u8]),
    /// `key`: 4 bytes in protocol 3.0, 4 to 256 in 3.2.
    BackendKeyData {
        pid: i32,
        key: &'a [u8],
    },
    BindComplete,
    CloseComplete,
    CommandComplete(&'a str),
    /// Texts, which have the same bytes in both formats; `None` is NULL.
    DataRow(&'a [Option<&'a str>]),
    EmptyQueryResponse,
    NegotiateProtocolVersion {
        newest: ProtocolVersion,
        unsupported_options: &'a [String],
    },
    NoData,
    /// Type OIDs.
    ParameterDescription(&'a [u32]),
    ParameterStatus {
        name: &'a str,
        value: &'a str,
    },
    ParseComplete,
    PortalSuspended,
    ReadyForQuery(TransactionStatus),
    /// ErrorResponse or NoticeResponse, by the severity.
    Report(&'a UserError),
    RowDescription(&'a [Field<'a>]),
}

/// The status byte of ReadyForQuery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionStatus {
    /// In a failed transaction block.
    Failed,
    /// Outside any block.
    Idle,
    /// In a transaction block.
    InBlock,
}

/// One column of a RowDescription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    pub name: &'a str,
    /// OID of the table, or 0.
    pub table: u32,
    /// Number of the column in it, or 0.
    pub attribute: i16,
    pub type_oid: u32,
    /// Bytes; -1 for a type of varying length.
    pub type_size: i16,
    /// -1 for none.
    pub type_modifier: i32,
    /// 0 text, 1 binary.
    pub format: i16,
}

impl<'a> Field<'a> {
    /// A column of an answer that the gate makes itself: PostgreSQL's `text`, in text format.
    pub const fn text(name: &'a str) -> Self {
        Self { name, table: 0, attribute: 0, type_oid: 25, type_size: -1, type_modifier: -1, format: 0 }
    }
}

impl<'a> Field<'a> {
    /// The same of PostgreSQL's `boolean`.
    pub const fn boolean(name: &'a str) -> Self {
        Self { type_oid: 16, type_size: 1, ..Self::text(name) }
    }
}

impl Backend<'_> {
    /// Appends the message, its texts in that encoding. After an error the buffer is as it was.
    ///
    /// # Errors
    /// [`WireError::QueueFull`] for a message that has no form on the wire: too long, too many columns, a key of a wrong length;
    /// [`WireError::Untranslatable`].
    pub(super) fn encode(&self, encoding: Encoding, buffer: &mut BytesMut) -> Result<(), WireError> {
        let start = buffer.len();
        self.append(encoding, buffer).map_err(|why| {
            let bytes = buffer.len() - start;
            buffer.truncate(start);
            match why {
                NoForm::Shape => WireError::QueueFull { bytes },
                NoForm::Untranslatable(error) => WireError::Untranslatable(error),
            }
        })
    }

    fn append(&self, encoding: Encoding, buffer: &mut BytesMut) -> Result<(), NoForm> {
        let result = match *self {
            Self::AuthenticationOk => Authentication::Ok.encode(buffer),
            Self::AuthenticationSasl { mechanisms } => {
                Authentication::SASL(mechanisms.iter().map(|name| clean(name)).collect()).encode(buffer)
            }
            Self::AuthenticationSaslContinue(data) => {
                Authentication::SASLContinue(bytes::Bytes::copy_from_slice(data)).encode(buffer)
            }
            Self::AuthenticationSaslFinal(data) => Authentication::SASLFinal(bytes::Bytes::copy_from_slice(data)).encode(buffer),
            Self::BackendKeyData { pid, key } => {
                BackendKeyData::new(pid, SecretKey::Bytes(bytes::Bytes::copy_from_slice(key))).encode(buffer)
            }
            Self::BindComplete => BindComplete::new().encode(buffer),
            Self::CloseComplete => CloseComplete::new().encode(buffer),
            // A tag is ASCII, and so are the options that a client can ask for.
            Self::CommandComplete(tag) => CommandComplete::new(clean(tag)).encode(buffer),
            Self::DataRow(values) => return data_row(values, encoding, buffer),
            Self::EmptyQueryResponse => EmptyQueryResponse::new().encode(buffer),
            Self::NegotiateProtocolVersion { newest, unsupported_options } => {
                let options = unsupported_options.iter().map(|name| clean(name)).collect();
                NegotiateProtocolVersion::new(newest.number(), options).encode(buffer)
            }
            Self::NoData => NoData::new().encode(buffer),
            Self::ParameterDescription(types) => {
                u16::try_from(types.len()).map_err(|_| NoForm::Shape)?;
                ParameterDescription::new(types.to_vec()).encode(buffer)
            }
            Self::ParameterStatus { name, value } => {
                return framed(b'S', buffer, |buffer| {
                    put_text(name, encoding, buffer)?;
                    put_text(value, encoding, buffer)
                });
            }
            Self::ParseComplete => ParseComplete::new().encode(buffer),
            Self::PortalSuspended => PortalSuspended::new().encode(buffer),
            Self::ReadyForQuery(status) => ReadyForQuery::new(status.on_the_wire()).encode(buffer),
            Self::Report(error) => return report::encode(error, encoding, buffer),
            Self::RowDescription(fields) => return row_description(fields, encoding, buffer),
        };
        result.map_err(|_| NoForm::Shape)
    }
}

impl TransactionStatus {
    const fn on_the_wire(self) -> response::TransactionStatus {
        match self {
            Self::Failed => response::TransactionStatus::Error,
            Self::Idle => response::TransactionStatus::Idle,
            Self::InBlock => response::TransactionStatus::Transaction,
        }
    }
}

/// Why a message cannot be written.
#[derive(Debug)]
pub(super) enum NoForm {
    Shape,
    Untranslatable(Box<UserError>),
}

/// Type byte, length, and what is written between. pgwire's own types of what holds texts know no encoding but UTF-8.
pub(super) fn framed(
    tag: u8,
    buffer: &mut BytesMut,
    write: impl FnOnce(&mut BytesMut) -> Result<(), NoForm>,
) -> Result<(), NoForm> {
    buffer.put_u8(tag);
    let start = buffer.len();
    buffer.put_i32(0);
    write(buffer)?;
    let length = i32::try_from(buffer.len() - start).map_err(|_| NoForm::Shape)?;
    let place = buffer.get_mut(start..start + 4).ok_or(NoForm::Shape)?;
    place.copy_from_slice(&length.to_be_bytes());
    Ok(())
}

/// A text and the NUL that ends it.
pub(super) fn put_text(text: &str, encoding: Encoding, buffer: &mut BytesMut) -> Result<(), NoForm> {
    let cleaned = clean(text);
    buffer.put_slice(&encoded(&cleaned, encoding)?);
    buffer.put_u8(0);
    Ok(())
}

fn encoded(text: &str, encoding: Encoding) -> Result<std::borrow::Cow<'_, [u8]>, NoForm> {
    encoding.encode(text).map_err(|error| NoForm::Untranslatable(Box::new(error)))
}

fn data_row(values: &[Option<&str>], encoding: Encoding, buffer: &mut BytesMut) -> Result<(), NoForm> {
    let columns = i16::try_from(values.len()).map_err(|_| NoForm::Shape)?;
    framed(b'D', buffer, |buffer| {
        buffer.put_i16(columns);
        for value in values {
            match value {
                Some(text) => {
                    let bytes = encoded(text, encoding)?;
                    buffer.put_i32(i32::try_from(bytes.len()).map_err(|_| NoForm::Shape)?);
                    buffer.put_slice(&bytes);
                }
                None => buffer.put_i32(-1),
            }
        }
        Ok(())
    })
}

fn row_description(fields: &[Field<'_>], encoding: Encoding, buffer: &mut BytesMut) -> Result<(), NoForm> {
    let columns = i16::try_from(fields.len()).map_err(|_| NoForm::Shape)?;
    framed(b'T', buffer, |buffer| {
        buffer.put_i16(columns);
        for field in fields {
            let Field { name, table, attribute, type_oid, type_size, type_modifier, format } = *field;
            put_text(name, encoding, buffer)?;
            buffer.put_u32(table);
            buffer.put_i16(attribute);
            buffer.put_u32(type_oid);
            buffer.put_i16(type_size);
            buffer.put_i32(type_modifier);
            buffer.put_i16(format);
        }
        Ok(())
    })
}

/// Without NUL, which would end the text on the wire.
fn clean(text: &str) -> String {
    text.replace('\0', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Severity, SqlState};

    fn bytes(message: &Backend<'_>) -> Vec<u8> {
        let mut buffer = BytesMut::new();
        message.encode(Encoding::UTF8, &mut buffer).unwrap();
        buffer.to_vec()
    }

    #[test]
    fn messages_have_postgresql_s_bytes() {
        assert_eq!(bytes(&Backend::AuthenticationOk), b"R\0\0\0\x08\0\0\0\0");
        let mechanisms = &["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"];
        let sasl = bytes(&Backend::AuthenticationSasl { mechanisms });
        assert_eq!(sasl, b"R\0\0\0\x2a\0\0\0\x0aSCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0");
        assert_eq!(bytes(&Backend::AuthenticationSaslContinue(b"r=a")), b"R\0\0\0\x0b\0\0\0\x0br=a");
        assert_eq!(bytes(&Backend::AuthenticationSaslFinal(b"v=b")), b"R\0\0\0\x0b\0\0\0\x0cv=b");
        assert_eq!(bytes(&Backend::BackendKeyData { pid: 7, key: b"keys" }), b"K\0\0\0\x0c\0\0\0\x07keys");
        assert_eq!(bytes(&Backend::CommandComplete("SHOW")), b"C\0\0\0\x09SHOW\0");
        assert_eq!(bytes(&Backend::DataRow(&[Some("UTC"), None])), b"D\0\0\0\x11\0\x02\0\0\0\x03UTC\xff\xff\xff\xff");
        assert_eq!(bytes(&Backend::ParameterDescription(&[23])), b"t\0\0\0\x0a\0\x01\0\0\0\x17");
        assert_eq!(bytes(&Backend::ParameterStatus { name: "a", value: "b" }), b"S\0\0\0\x08a\0b\0");
        let row = bytes(&Backend::RowDescription(&[Field::text("x")]));
        assert_eq!(row, b"T\0\0\0\x1a\0\x01x\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0");
        let options = ["_pq_.x".to_owned()];
        let negotiate = Backend::NegotiateProtocolVersion { newest: ProtocolVersion::V3_2, unsupported_options: &options };
        assert_eq!(bytes(&negotiate), b"v\0\0\0\x13\0\x03\0\x02\0\0\0\x01_pq_.x\0");
        let status = [(TransactionStatus::Idle, b'I'), (TransactionStatus::InBlock, b'T'), (TransactionStatus::Failed, b'E')];
        for (status, byte) in status {
            assert_eq!(bytes(&Backend::ReadyForQuery(status)), [b'Z', 0, 0, 0, 5, byte]);
        }
        let bare = [
            (Backend::BindComplete, b'2'),
            (Backend::CloseComplete, b'3'),
            (Backend::EmptyQueryResponse, b'I'),
            (Backend::NoData, b'n'),
            (Backend::ParseComplete, b'1'),
            (Backend::PortalSuspended, b's'),
        ];
        for (message, tag) in bare {
            assert_eq!(bytes(&message), [tag, 0, 0, 0, 4]);
        }
    }

    #[test]
    fn a_report_has_the_fields_that_a_client_may_read_and_its_kind_by_severity() {
        let error =
            UserError::new(SqlState::UNDEFINED_COLUMN, "column \"a\0b\" does not exist").detail("D.").hint("H.").at(Some(8));
        let expected = b"SERROR\0VERROR\0C42703\0Mcolumn \"ab\" does not exist\0DD.\0HH.\0P8\0Fpostern\0L0\0Rreport\0\0";
        let packet = bytes(&Backend::Report(&error));
        assert_eq!((packet[0], &packet[5..]), (b'E', &expected[..]));
        for (severity, tag) in [(Severity::Fatal, b'E'), (Severity::Notice, b'N'), (Severity::Warning, b'N')] {
            assert_eq!(bytes(&Backend::Report(&UserError { severity, ..error.clone() }))[0], tag);
        }
    }

    #[test]
    fn what_has_no_form_on_the_wire_leaves_the_buffer_alone() {
        let mut buffer = BytesMut::from(&b"before"[..]);
        let row: Vec<Option<&str>> = vec![None; 32_768];
        assert!(Backend::DataRow(&row).encode(Encoding::UTF8, &mut buffer).is_err());
        assert!(Backend::RowDescription(&vec![Field::text("x"); 32_768]).encode(Encoding::UTF8, &mut buffer).is_err());
        assert!(Backend::ParameterDescription(&vec![25; 65_536]).encode(Encoding::UTF8, &mut buffer).is_err());
        assert!(Backend::BackendKeyData { pid: 1, key: b"abc" }.encode(Encoding::UTF8, &mut buffer).is_err());
        assert!(Backend::CommandComplete(&"x".repeat(40_000)).encode(Encoding::UTF8, &mut buffer).is_err());
        assert_eq!(&buffer[..], b"before");
    }

    #[test]
    fn texts_are_in_the_client_s_encoding() {
        let latin1 = Encoding::find("LATIN1").unwrap();
        let bytes = |message: &Backend<'_>| {
            let mut buffer = BytesMut::new();
            message.encode(latin1, &mut buffer).map(|()| buffer.to_vec())
        };
        assert_eq!(bytes(&Backend::DataRow(&[Some("ü")])).unwrap(), b"D\0\0\0\x0b\0\x01\0\0\0\x01\xfc");
        assert_eq!(bytes(&Backend::ParameterStatus { name: "a", value: "ü" }).unwrap(), b"S\0\0\0\x08a\0\xfc\0");
        let row = bytes(&Backend::RowDescription(&[Field::text("ü")])).unwrap();
        assert_eq!(row, b"T\0\0\0\x1a\0\x01\xfc\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0");
        for message in [Backend::DataRow(&[Some("€")]), Backend::ParameterStatus { name: "a", value: "€" }] {
            assert!(matches!(bytes(&message), Err(WireError::Untranslatable(_))));
        }
        let told = |message: &'static str| bytes(&Backend::Report(&UserError::new(SqlState::UNDEFINED_COLUMN, message))).unwrap();
        assert!(told("no ü").windows(5).any(|part| part == b"no \xfc\0"));
        let replaced = told("no €").escape_ascii().to_string();
        assert!(replaced.contains("C22P05\\x00Mcharacter with byte sequence 0xe2 0x82 0xac in encoding"), "{replaced}");
    }
}
