//! Where the journal of a configuration is, for those who read the journal and may not read the rest.

use std::path::{Path, PathBuf};

use crate::document::{Diagnostics, check};

use super::files;
use super::shape::SHAPE;

/// The folder `audit.dir` of a configuration: `path` is the folder that holds `postern.yaml`, or that file. Reads this file alone, no secret and
/// nothing else that it names, and minds no mistake elsewhere in it. Blocking.
///
/// # Errors
/// Why the folder is not known: every mistake of the file.
pub fn audit_dir(path: &Path) -> Result<PathBuf, Diagnostics> {
    let (main, folder) = files::place(path);
    let mut diagnostics = Diagnostics::new();
    let document = files::read(&main, &mut diagnostics).and_then(|source| source.document);
    let written = document.as_ref().and_then(|document| document.get("audit")?.get("dir")?.text());
    if let Some(dir) = written.filter(|dir| !dir.is_empty() && diagnostics.is_empty()) {
        return Ok(folder.join(dir));
    }
    if let Some(document) = &document {
        check(document, &SHAPE, &mut diagnostics);
    }
    Err(diagnostics)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn told(postern: &str) -> Result<PathBuf, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("postern.yaml"), postern).unwrap();
        let inside = |dir: PathBuf| dir.strip_prefix(folder.path()).unwrap().to_owned();
        let by_folder = audit_dir(folder.path()).map(inside).map_err(|diagnostics| diagnostics.to_string());
        let by_file = audit_dir(&folder.path().join("postern.yaml")).map(inside).map_err(|diagnostics| diagnostics.to_string());
        assert_eq!(by_folder, by_file);
        by_folder
    }

    #[test]
    fn one_key_of_one_file_is_enough() {
        let folder = told("audit: {dir: record/journal}\ntls: {key: file:not-there.key}\nwarehouses: 7\n");
        assert_eq!(folder, Ok(PathBuf::from("record/journal")));
    }

    #[test]
    fn a_folder_that_is_not_told_is_a_mistake_with_its_place() {
        for (wrong, line) in [("audit: {}\n", 1), ("audit: {dir: \"\"}\n", 1), ("listen: []\n", 1), ("audit: [\n", 2)] {
            let told = told(wrong).unwrap_err();
            assert!(told.contains(&format!("postern.yaml:{line}:")), "{wrong}: {told}");
        }
    }
}
