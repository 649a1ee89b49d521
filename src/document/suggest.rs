//! "Did you mean": the nearest of the known names.

/// Names longer than this are not compared: no name in a file is.
const LONGEST: usize = 100;

/// The known name that is nearest to `name`, when it is near enough to be a slip of the pen: at most one edit in three characters.
pub fn suggest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let typed: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    if typed.len() > LONGEST {
        return None;
    }
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST && *candidate != name)
        .map(|candidate| (distance(&typed, &candidate.chars().flat_map(char::to_lowercase).collect::<Vec<_>>()), candidate))
        .filter(|(edits, candidate)| *edits <= candidate.chars().count().max(typed.len()).div_ceil(3))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&last, j) + usize::from(x != y);
            let mut best = replaced.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = last;
        last = row;
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_finds_none() {
        let known = ["email", "region", "postcode", "id"];
        assert_eq!(suggest("emial", known), Some("email"));
        assert_eq!(suggest("Region", known), Some("region"));
        assert_eq!(suggest("post_code", known), Some("postcode"));
        assert_eq!(suggest("warehouse", known), None);
        assert_eq!(suggest("x", known), None);
    }

    #[test]
    fn a_swap_counts_as_one_edit() {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(distance(&letters("ab"), &letters("ba")), 1);
        assert_eq!(distance(&letters("kitten"), &letters("sitting")), 3);
        assert_eq!(distance(&letters(""), &letters("abc")), 3);
    }
}
