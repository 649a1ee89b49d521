//! Bytes of one message into a [`Frontend`], without copies. PostgreSQL's sentences (`libpq/pqformat.c`, `tcop/postgres.c`).

use std::borrow::Cow;

use bytes::{Buf, Bytes};

use super::error::WireError;
use super::frontend::{Bind, Format, Frontend, MessageKind, Parse, Target, Text};
use super::limits::WireLimits;
use crate::base::{Encoding, Severity, SqlState, UserError};

/// Decodes the body of a message, its texts from that encoding. The frame is whole, so an error leaves the stream in step.
///
/// # Errors
/// 08P01 for a malformed body, 22021 and 22P05 for what is no text in the encoding, 22023 for a format code, 54000 over a limit.
pub(super) fn decode(kind: MessageKind, body: Bytes, encoding: Encoding, limits: &WireLimits) -> Result<Frontend, UserError> {
    let mut body = Body { rest: body, encoding };
    let message = match kind {
        MessageKind::Bind => Frontend::Bind(bind(&mut body, limits)?),
        MessageKind::Close => Frontend::Close(target(&mut body, "CLOSE")?),
        MessageKind::CopyData => Frontend::CopyData(body.rest()),
        MessageKind::CopyDone => Frontend::CopyDone,
        MessageKind::CopyFail => {
            body.text()?;
            Frontend::CopyFail
        }
        MessageKind::Describe => Frontend::Describe(target(&mut body, "DESCRIBE")?),
        MessageKind::Execute => Frontend::Execute {
            portal: body.text()?,
            // PostgreSQL takes zero and less as "all" (exec_execute_message).
            max_rows: u32::try_from(body.i32()?).unwrap_or(0),
        },
        MessageKind::Flush => Frontend::Flush,
        MessageKind::FunctionCall => {
            function_call(&mut body, limits)?;
            Frontend::FunctionCall
        }
        MessageKind::Parse => Frontend::Parse(parse(&mut body, limits)?),
        MessageKind::Password => Frontend::Password(body.rest()),
        MessageKind::Query => Frontend::Query(statement(&mut body, limits)?),
        MessageKind::Sync => Frontend::Sync,
        MessageKind::Terminate => Frontend::Terminate,
    };
    body.end()?;
    Ok(message)
}

/// SASLInitialResponse. pgwire's decoder of it trusts the length inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaslInitial {
    pub mechanism: Text,
    pub response: Option<Bytes>,
}

impl SaslInitial {
    /// Decodes the body of the first message of a SASL login.
    ///
    /// # Errors
    /// [`WireError::Violation`] 08P01 for a malformed one.
    pub fn decode(body: Bytes) -> Result<Self, WireError> {
        let fatal = |error: UserError| WireError::Violation(Box::new(UserError { severity: Severity::Fatal, ..error }));
        let mut body = Body { rest: body, encoding: Encoding::UTF8 };
        let mechanism = body.text().map_err(fatal)?;
        let response = match body.i32().map_err(fatal)? {
            -1 => None,
            length => Some(body.bytes(length).map_err(fatal)?),
        };
        body.end().map_err(fatal)?;
        Ok(Self { mechanism, response })
    }
}

fn statement(body: &mut Body, limits: &WireLimits) -> Result<Text, UserError> {
    let text = body.text()?;
    match u32::try_from(text.as_bytes().len()) {
        Ok(length) if length <= limits.statement_bytes => Ok(text),
        Ok(_) | Err(_) => Err(over("statement", text.as_bytes().len(), limits.statement_bytes, "limits.statement_bytes")),
    }
}

fn parse(body: &mut Body, limits: &WireLimits) -> Result<Parse, UserError> {
    let name = body.text()?;
    let text = statement(body, limits)?;
    let count = body.count(limits)?;
    let parameter_types = (0..count).map(|_| body.u32()).collect::<Result<_, _>>()?;
    Ok(Parse { name, text, parameter_types })
}

fn bind(body: &mut Body, limits: &WireLimits) -> Result<Bind, UserError> {
    let portal = body.text()?;
    let statement = body.text()?;
    let parameter_formats = body.formats()?;
    let count = body.count(limits)?;
    if parameter_formats.len() > 1 && parameter_formats.len() != usize::from(count) {
        return Err(malformed(format!("bind message has {} parameter formats but {count} parameters", parameter_formats.len())));
    }
    let parameters = (0..count).map(|_| body.value(limits)).collect::<Result<_, _>>()?;
    let result_formats = body.formats()?;
    Ok(Bind { portal, statement, parameter_formats, parameters, result_formats })
}

/// A call by function number is read as far as to tell one from what is none (PostgreSQL: `HandleFunctionRequest`).
fn function_call(body: &mut Body, limits: &WireLimits) -> Result<(), UserError> {
    body.u32()?;
    let formats = body.u16()?;
    for _ in 0..formats {
        body.i16()?;
    }
    let count = body.u16()?;
    if formats > 1 && formats != count {
        return Err(malformed(format!("function call message contains {formats} argument formats but {count} arguments")));
    }
    for _ in 0..count {
        body.value(limits)?;
    }
    body.i16().map(drop)
}

fn target(body: &mut Body, message: &'static str) -> Result<Target, UserError> {
    let subtype = body.u8()?;
    let name = body.text()?;
    match subtype {
        b'P' => Ok(Target::Portal(name)),
        b'S' => Ok(Target::Statement(name)),
        other => Err(malformed(format!("invalid {message} message subtype {other}"))),
    }
}

/// What is left of a message.
struct Body {
    rest: Bytes,
    encoding: Encoding,
}

impl Body {
    fn u8(&mut self) -> Result<u8, UserError> {
        self.rest.try_get_u8().map_err(|_| malformed("no data left in message"))
    }

    fn i16(&mut self) -> Result<i16, UserError> {
        self.rest.try_get_i16().map_err(|_| insufficient())
    }

    fn u16(&mut self) -> Result<u16, UserError> {
        self.rest.try_get_u16().map_err(|_| insufficient())
    }

    fn i32(&mut self) -> Result<i32, UserError> {
        self.rest.try_get_i32().map_err(|_| insufficient())
    }

    fn u32(&mut self) -> Result<u32, UserError> {
        self.rest.try_get_u32().map_err(|_| insufficient())
    }

    /// A number of parameters.
    fn count(&mut self, limits: &WireLimits) -> Result<u16, UserError> {
        let count = self.u16()?;
        match count <= limits.parameters {
            true => Ok(count),
            false => Err(UserError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, format!("statement has {count} parameters"))
                .detail(format!("limits.parameters is {}.", limits.parameters))),
        }
    }

    /// Text up to its NUL.
    fn text(&mut self) -> Result<Text, UserError> {
        let length = self.rest.iter().position(|byte| *byte == 0).ok_or_else(|| malformed("invalid string in message"))?;
        let bytes = self.rest.split_to(length);
        self.rest.advance(1);
        let decoded = match self.encoding.decode(&bytes)? {
            Cow::Borrowed(_) => None,
            Cow::Owned(text) => Some(text),
        };
        Ok(decoded.map_or_else(|| Text::checked(bytes), Text::from))
    }

    fn formats(&mut self) -> Result<Vec<Format>, UserError> {
        let count = self.u16()?;
        // Two bytes stand behind each: a count that the message cannot hold takes no memory.
        if usize::from(count).saturating_mul(2) > self.rest.len() {
            return Err(insufficient());
        }
        (0..count)
            .map(|_| match self.i16()? {
                0 => Ok(Format::Text),
                1 => Ok(Format::Binary),
                other => Err(UserError::new(SqlState::INVALID_PARAMETER_VALUE, format!("unsupported format code: {other}"))),
            })
            .collect()
    }

    fn value(&mut self, limits: &WireLimits) -> Result<Option<Bytes>, UserError> {
        let length = self.i32()?;
        if length == -1 {
            return Ok(None);
        }
        let value = self.bytes(length)?;
        match u32::try_from(value.len()) {
            Ok(fits) if fits <= limits.value_bytes => Ok(Some(value)),
            Ok(_) | Err(_) => Err(over("value", value.len(), limits.value_bytes, "limits.value_bytes")),
        }
    }

    fn bytes(&mut self, length: i32) -> Result<Bytes, UserError> {
        let length = usize::try_from(length).map_err(|_| insufficient())?;
        match length <= self.rest.len() {
            true => Ok(self.rest.split_to(length)),
            false => Err(insufficient()),
        }
    }

    fn rest(&mut self) -> Bytes {
        std::mem::take(&mut self.rest)
    }

    fn end(&self) -> Result<(), UserError> {
        match self.rest.is_empty() {
            true => Ok(()),
            false => Err(malformed("invalid message format")),
        }
    }
}

/// The sentence for something over a limit; the DETAIL names the limit.
pub(super) fn over(what: &str, length: usize, limit: u32, name: &str) -> UserError {
    UserError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, format!("{what} of {length} bytes is too large"))
        .detail(format!("{name} is {limit} bytes."))
}

fn malformed(message: impl Into<std::borrow::Cow<'static, str>>) -> UserError {
    UserError::new(SqlState::PROTOCOL_VIOLATION, message)
}

fn insufficient() -> UserError {
    malformed("insufficient data left in message")
}
