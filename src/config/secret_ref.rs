//! Where a secret is kept: `env:NAME` or `file:PATH`. The secret itself is never written in a configuration file.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::base::Secret;

/// Keys, passwords and certificate chains are far smaller.
const MAX_BYTES: u64 = 1 << 20;
/// Mode bits that let others than the owner read or write.
const OPEN_TO_OTHERS: u32 = 0o077;

/// A reference to a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretRef {
    /// A variable of the environment.
    Env(String),
    /// A file; relative to the configuration's folder until it is resolved.
    File(PathBuf),
}

impl SecretRef {
    /// Reads `env:NAME` or `file:PATH`; a relative path is taken from `folder`.
    pub fn parse(text: &str, folder: &Path) -> Option<Self> {
        match text.split_once(':')? {
            ("env", name) => Some(Self::Env(name.to_owned())),
            ("file", path) => Some(Self::File(folder.join(path))),
            _ => None,
        }
    }

    /// The secret: bytes of the file or variable, without one line feed at the end. A file that others than its owner may read or
    /// write is refused.
    ///
    /// # Errors
    /// Why it cannot be used: a message for the diagnostics, without any of the secret.
    pub fn read(&self) -> Result<Secret<Vec<u8>>, String> {
        let mut bytes = match self {
            Self::Env(name) => environment(name).ok_or_else(|| format!("environment variable {name} is not set"))?.into_bytes(),
            Self::File(path) => read_file(path, Some(OPEN_TO_OTHERS))?,
        };
        for end in [b'\n', b'\r'] {
            if bytes.last() == Some(&end) {
                bytes.pop();
            }
        }
        Ok(Secret::new(bytes))
    }

    /// The bytes of something public, such as a certificate: its file may be readable by all.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read_public(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::Env(name) => {
                environment(name).map(String::into_bytes).ok_or_else(|| format!("environment variable {name} is not set"))
            }
            Self::File(path) => read_file(path, None),
        }
    }
}

/// A variable of the environment: the one place that reads it.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn read_file(path: &Path, forbidden_mode: Option<u32>) -> Result<Vec<u8>, String> {
    let shown = path.display();
    let failed = |cause: std::io::Error| format!("{shown} cannot be read: {}", super::files::reason(&cause));
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(format!("{shown} is not a file"));
    }
    if let Some(mode) = forbidden_mode.and_then(|forbidden| open_mode(&metadata, forbidden)) {
        return Err(format!("{shown} is open to others than its owner (mode {mode:04o}): chmod 600 {shown}"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err(format!("{shown} is larger than {} MiB", MAX_BYTES >> 20));
    }
    Ok(bytes)
}

/// The mode, when it has forbidden bits.
#[cfg(unix)]
fn open_mode(metadata: &std::fs::Metadata, forbidden: u32) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    let mode = metadata.mode() & 0o7777;
    (mode & forbidden != 0).then_some(mode)
}

#[cfg(not(unix))]
fn open_mode(_: &std::fs::Metadata, _: u32) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_file_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        fs::write(&path, "geheim\n").unwrap();
        let secret = SecretRef::parse("file:password", folder.path()).unwrap();
        for mode in [0o640, 0o604, 0o644, 0o620, 0o602] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let message = secret.read().unwrap_err();
            assert!(message.ends_with(&format!("(mode {mode:04o}): chmod 600 {}", path.display())), "{message}");
            assert!(!message.contains("geheim"));
        }
        for mode in [0o600, 0o400] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(secret.read().unwrap().reveal(), b"geheim");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(secret.read_public().unwrap(), b"geheim\n");
    }

    #[test]
    fn what_is_not_there_is_told_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let missing = SecretRef::parse("file:none", folder.path()).unwrap().read().unwrap_err();
        assert_eq!(missing, format!("{} cannot be read: no such file", folder.path().join("none").display()));
        assert!(SecretRef::parse("file:.", folder.path()).unwrap().read().unwrap_err().ends_with("is not a file"));
        let unset = SecretRef::parse("env:POSTERN_TEST_NOT_SET", folder.path()).unwrap().read().unwrap_err();
        assert_eq!(unset, "environment variable POSTERN_TEST_NOT_SET is not set");
        assert!(SecretRef::parse("env:PATH", folder.path()).unwrap().read().is_ok());
    }
}
