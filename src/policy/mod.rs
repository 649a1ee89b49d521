//! Who may do what: the policy file as typed values, and the decisions that need no warehouse. Pure: time and addresses are arguments.
//!
//! Door: [`document::read`] takes a policy out of its file, [`document::cross_check`] holds it against the contracts it names;
//! [`conditions`], [`session_end`] and [`limits`] answer for one grant.
//!
//! | file | what |
//! |---|---|
//! | `document` | the policy file: key table, typed values, cross-references |
//! | `masking` | which mask a column gets: grant, tag rule, none |
//! | `membership` | which vendor and which grants a person has |
//! | `conditions` | days, hours, networks: may this grant be used now and from here |
//! | `schedule` | the opening hours of a grant as instants |
//! | `session_end` | is a grant live, and when must a session end |
//! | `compile` | contract ∩ grant ∩ live catalog → what each grant exposes |
//! | `limits` | the most restrictive of guardrails and grant |

pub mod compile;
pub mod conditions;
pub mod document;
pub mod limits;
pub mod masking;
pub mod membership;
mod schedule;
pub mod session_end;
