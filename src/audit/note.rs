//! Renders what happens apart from statements: logins, their ends, reloads.

use super::draft::Draft;
use super::facts::{NoteEvent, SessionRecord};
use super::fields::Fields;
use super::frame::RecordKind;
use super::ocsf::{Renderer, include_session};
use super::text::{NAME_CHARACTERS, SENTENCE_CHARACTERS, line};

impl Renderer {
    /// Any note.
    pub(super) fn note(&self, event: &NoteEvent) -> Draft {
        match event {
            NoteEvent::SessionStarted { session, time } => {
                let mut fields = Self::authentication(1, true, *time, &session.auth_method);
                include_session(&mut fields, session);
                fields.add("status_id", &1).text("status", "Success").text("status_code", "00000");
                fields.text("message", &format!("{} logged in", session.person));
                self.of_session("session.start", session, Fields::new().text("phase", "session"), &fields)
            }
            NoteEvent::SessionEnded { session, time, sqlstate, reason, statements, rows, bytes } => {
                let mut fields = Self::authentication(2, true, *time, &session.auth_method);
                include_session(&mut fields, session);
                fields.add("status_id", &1).text("status", "Success").text("status_code", sqlstate.as_str());
                fields.text("status_detail", &line(reason, SENTENCE_CHARACTERS));
                fields
                    .text("message", &format!("the session of {} ended: {}", session.person, line(reason, SENTENCE_CHARACTERS)));
                let mut totals = Fields::new();
                totals.add("statements", statements).add("rows", rows).add("bytes", bytes);
                self.of_session(
                    "session.ended",
                    session,
                    Fields::new().text("phase", "session").object("totals", &totals),
                    &fields,
                )
            }
            NoteEvent::LoginFailed {
                session,
                time,
                user,
                database,
                application_name,
                client_ip,
                client_port,
                auth_method,
                sqlstate,
                reason,
            } => {
                let name = |text: &str| line(text, NAME_CHARACTERS);
                let mut fields = Self::authentication(1, false, *time, auth_method);
                fields.object("user", Fields::new().text("name", &name(user)).add("type_id", &0).text("type", "Unknown"));
                let mut actor = Fields::new();
                actor.object("session", Fields::new().add("uid", session).add("is_remote", &true));
                fields.object("actor", actor.text("app_name", &name(application_name)));
                fields.object("src_endpoint", Fields::new().text("ip", &name(client_ip)).add("port", client_port));
                fields.add("status_id", &2).text("status", "Failure").text("status_code", sqlstate.as_str());
                let reason = line(reason, SENTENCE_CHARACTERS);
                fields.text("status_detail", &reason).text("message", &format!("login of {} failed: {reason}", name(user)));
                let mut postern = Fields::new();
                postern.text("phase", "session").text("grant", &name(database));
                let metadata = self.metadata("auth.failed", &session.to_string());
                Draft::new(RecordKind::Session, None, &metadata, &postern, &fields)
            }
            NoteEvent::ConfigReloaded { time, policy } => {
                let mut fields = Self::policy_update(policy, true, *time);
                fields.text("message", &format!("policy {} is in force", policy.version));
                self.of_admin("config.reloaded", &fields)
            }
            NoteEvent::ConfigRejected { time, policy, reason } => {
                let reason = line(reason, SENTENCE_CHARACTERS);
                let mut fields = Self::policy_update(policy, false, *time);
                fields.text("status_detail", &reason);
                fields.text("message", &format!("a new configuration was not taken, policy {} stays in force", policy.version));
                self.of_admin("config.rejected", &fields)
            }
        }
    }

    fn of_session(&self, code: &str, session: &SessionRecord, postern: &Fields, fields: &Fields) -> Draft {
        let mut postern = postern.clone();
        postern.include(&session.postern);
        Draft::new(RecordKind::Session, None, &self.metadata(code, &session.session.to_string()), &postern, fields)
    }

    fn of_admin(&self, code: &str, fields: &Fields) -> Draft {
        let mut postern = Fields::new();
        postern.text("phase", "admin");
        Draft::new(RecordKind::Admin, None, &self.metadata(code, ""), &postern, fields)
    }
}
