//! Semantic versions of contracts and the requirement by which a grant picks one.

use std::fmt;

/// `2.1.0`: major, minor, patch (semver.org; without pre-releases, which no grant could pin).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
}

/// `^2.1` (any later version without a break) or `2.1.0` (that one).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    exact: bool,
    from: Version,
}

impl Version {
    /// Reads `2.1.0`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let version = Self { major: number(parts.next()?)?, minor: number(parts.next()?)?, patch: number(parts.next()?)? };
        parts.next().is_none().then_some(version)
    }
}

impl Requirement {
    /// Reads `^2`, `^2.1`, `^2.1.0` or `2.1.0`.
    pub fn parse(text: &str) -> Option<Self> {
        let Some(caret) = text.strip_prefix('^') else {
            return Version::parse(text).map(|from| Self { exact: true, from });
        };
        let mut parts = caret.splitn(3, '.');
        let major = number(parts.next()?)?;
        let mut rest = || parts.next().map_or(Some(0), number);
        let from = Version { major, minor: rest()?, patch: rest()? };
        Some(Self { exact: false, from })
    }

    /// The version may be used. Below 1.0.0 every minor version may break, so `^0.2` stays within 0.2.
    pub fn accepts(self, version: Version) -> bool {
        if self.exact {
            return version == self.from;
        }
        let same_line = version.major == self.from.major && (version.major > 0 || version.minor == self.from.minor);
        same_line && version >= self.from
    }
}

fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    if digits && !leading_zero { text.parse().ok() } else { None }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.exact { "" } else { "^" }, self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(requirement: &str, version: &str) -> bool {
        Requirement::parse(requirement).unwrap().accepts(Version::parse(version).unwrap())
    }

    #[test]
    fn a_requirement_accepts_later_versions_that_do_not_break() {
        assert!(accepts("^2.1", "2.1.0") && accepts("^2.1", "2.9.3") && accepts("^2", "2.0.0") && accepts("^1.0.0", "1.0.0"));
        assert!(!accepts("^2.1", "2.0.9") && !accepts("^2.1", "3.0.0") && !accepts("^2.1.4", "2.1.3"));
        assert!(accepts("^0.2", "0.2.5") && !accepts("^0.2", "0.3.0"));
        assert!(accepts("2.1.0", "2.1.0") && !accepts("2.1.0", "2.1.1"));
    }

    #[test]
    fn other_forms_are_refused() {
        for wrong in ["", "2", "2.1", "2.1.0.0", "v2.1.0", "2.01.0", "2.1.x", "2.1.0-rc.1", "+2.1.0"] {
            assert_eq!(Version::parse(wrong), None, "{wrong}");
        }
        for wrong in ["", "^", "^2.x", "2.1", "~2.1", "^2.1.0.0", ">=2.1.0", "^ 2.1"] {
            assert_eq!(Requirement::parse(wrong), None, "{wrong}");
        }
    }
}
