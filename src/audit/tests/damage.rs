//! Every accident that befalls a closed log is noticed by `verify`.

use std::fs;
use std::path::Path;

use super::support::*;
use crate::audit::reader::{SegmentReader, Step};
use crate::audit::verify;

/// Where the records of a segment lie.
fn extents(path: &Path) -> Vec<(usize, usize)> {
    let mut reader = SegmentReader::open(path).unwrap();
    let mut extents = Vec::new();
    let mut begin = reader.offset();
    while let Step::Record { .. } = reader.next().unwrap() {
        extents.push((usize::try_from(begin).unwrap(), usize::try_from(reader.offset()).unwrap()));
        begin = reader.offset();
    }
    extents
}

fn write(path: &Path, bytes: &[u8]) {
    // Sealed segments are read-only, and root does not care; a test user would.
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

fn flagged(dir: &Path) -> bool {
    !verify(dir).unwrap().ok()
}

#[tokio::test]
async fn none_of_1500_flipped_bits_goes_unnoticed() {
    let dir = tempfile::tempdir().unwrap();
    write_log(dir.path(), 12).await;
    assert!(!flagged(dir.path()));
    let segments = segment_paths(dir.path());
    let total: usize = segments.iter().map(|path| fs::read(path).unwrap().len() * 8).sum();
    // 1,500 places all over the log; a prime step visits bits of every position in their byte.
    let step = total / 1500;
    let step = (step..).find(|n| n % 2 == 1).unwrap();
    let (mut unnoticed, mut tried, mut bit) = (0, 0, 0);
    for path in &segments {
        let sound = fs::read(path).unwrap();
        while bit < sound.len() * 8 {
            let mut bytes = sound.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            write(path, &bytes);
            unnoticed += usize::from(!flagged(dir.path()));
            tried += 1;
            bit += step;
        }
        bit -= sound.len() * 8;
        write(path, &sound);
    }
    assert!(tried >= 1490, "{tried}");
    assert_eq!(unnoticed, 0);
    assert!(!flagged(dir.path()));
}

#[tokio::test]
async fn moved_doubled_and_missing_records_are_noticed() {
    let dir = tempfile::tempdir().unwrap();
    write_log(dir.path(), 12).await;
    let mut tried = 0;
    for path in segment_paths(dir.path()) {
        let sound = fs::read(&path).unwrap();
        let extents = extents(&path);
        for (at, (begin, end)) in extents.iter().copied().enumerate() {
            let record = &sound[begin..end];
            let without = [&sound[..begin], &sound[end..]].concat();
            let doubled = [&sound[..end], record, &sound[end..]].concat();
            let cut = sound[..begin].to_vec();
            let mut cases = vec![without, doubled, cut];
            if let Some((_, next_end)) = extents.get(at + 1).copied() {
                cases.push([&sound[..begin], &sound[end..next_end], record, &sound[next_end..]].concat());
            }
            for case in cases {
                write(&path, &case);
                assert!(flagged(dir.path()), "record {at} of {}", path.display());
                tried += 1;
            }
        }
        write(&path, &sound);
    }
    assert!(tried > 100);
    assert!(!flagged(dir.path()));
}

#[tokio::test]
async fn lost_moved_and_foreign_files_are_noticed() {
    let dir = tempfile::tempdir().unwrap();
    write_log(dir.path(), 12).await;
    let segments = segment_paths(dir.path());
    assert!(segments.len() >= 3);
    for path in segments.iter().chain([&dir.path().join("prod/head")]) {
        let sound = fs::read(path).unwrap();
        fs::remove_file(path).unwrap();
        assert!(flagged(dir.path()), "lost {}", path.display());
        fs::write(path, &sound).unwrap();
    }
    let last = segments.last().unwrap();
    let renamed = last.with_file_name("00000000000000009999.plog");
    fs::rename(last, &renamed).unwrap();
    assert!(flagged(dir.path()), "renamed");
    fs::rename(&renamed, last).unwrap();
    fs::copy(last, &renamed).unwrap();
    assert!(flagged(dir.path()), "doubled");
    fs::remove_file(&renamed).unwrap();
    assert!(!flagged(dir.path()));

    let other = tempfile::tempdir().unwrap();
    write_log(other.path(), 12).await;
    let sound = fs::read(last).unwrap();
    let foreign = segment_paths(other.path());
    write(last, &fs::read(foreign.last().unwrap()).unwrap());
    assert!(flagged(dir.path()), "segment of another log");
    write(last, &sound);
    assert!(!flagged(dir.path()));
}

#[tokio::test]
async fn a_record_that_was_replaced_with_a_right_checksum_breaks_the_tree() {
    let dir = tempfile::tempdir().unwrap();
    write_log(dir.path(), 12).await;
    let segments = segment_paths(dir.path());
    for (at, path) in segments.iter().enumerate() {
        let sound = fs::read(path).unwrap();
        let text = b"acme-analytics";
        let holds =
            |(begin, end): (usize, usize)| Some((begin, end, sound[begin..end].windows(text.len()).position(|w| w == text)?));
        let (begin, end, place) = extents(path).into_iter().find_map(holds).unwrap();
        let mut bytes = sound.clone();
        bytes[begin + place] = b'x';
        let checksum = crc32c::crc32c(&bytes[begin + 8..end]);
        bytes[begin + 4..begin + 8].copy_from_slice(&checksum.to_le_bytes());
        write(path, &bytes);
        // The root in the next segment's header tells, and in the last segment the root in `head`.
        let told =
            if at + 1 < segments.len() { "the records before this segment are not" } else { "the records up to here are not" };
        let report = verify(dir.path()).unwrap();
        let problems = &report.logs[0].problems;
        assert!(problems.iter().any(|problem| problem.what.starts_with(told)), "{}: {problems:?}", path.display());
        write(path, &sound);
    }
}

#[tokio::test]
async fn rows_and_bytes_beyond_the_recorded_credit_are_noticed() {
    for (rows, bytes, told) in [
        (1001, 0, "read 1001 rows and 0 bytes, but 1000 and 1048576 were recorded"),
        (1, 1_048_577, "read 1 rows and 1048577 bytes, but 1000 and 1048576 were recorded"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let journal = open(dir.path());
        let receipt = journal.begin(intent(&session())).await.unwrap().durable().await.unwrap();
        journal.finish(receipt, &crate::audit::Outcome { bytes, ..outcome(rows) });
        journal.close().await;
        let report = verify(dir.path()).unwrap();
        assert!(report.logs[0].problems[0].what.contains(told), "{:?}", report.logs[0].problems);
    }
}

#[tokio::test]
async fn the_report_names_file_and_byte() {
    let dir = tempfile::tempdir().unwrap();
    write_log(dir.path(), 3).await;
    let path = segment_paths(dir.path()).remove(0);
    let (begin, _) = extents(&path)[2];
    let mut bytes = fs::read(&path).unwrap();
    bytes[begin + 60] ^= 1;
    write(&path, &bytes);
    let report = verify(dir.path()).unwrap();
    let mut text = Vec::new();
    report.write_text(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("NOT OK") && text.contains(&format!("{}:{begin}: checksum", path.display())), "{text}");
    let mut json = Vec::new();
    report.write_json(&mut json).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["logs"][0]["ok"], false);
    assert_eq!(json["logs"][0]["problems"][0]["offset"], begin);
}
