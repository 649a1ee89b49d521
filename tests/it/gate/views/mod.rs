//! The views back-end: a warehouse with everything that may stand in one, served both ways.
//!
//! | file | what |
//! |---|---|
//! | `bazaar` | that warehouse, its policy and contracts |
//! | `answers` | both back-ends answer alike, byte for byte |
//! | `rights` | what the login may do |
//! | `strangers` | what others own or put beside the views |
//! | `command` | `postern views` |
//! | `differences` | what is not as it was made is not read |

mod answers;
mod bazaar;
mod command;
mod differences;
mod rights;
mod strangers;
