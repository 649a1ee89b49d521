//! DateStyle as PostgreSQL reads it (`check_datestyle`): a format and an order, either of which may be left out.

/// The canonical value, `ISO, MDY`; what is not said stays as in `current`. `None` for words that conflict or are none.
pub(super) fn canonical(value: &str, current: &str, default: &str) -> Option<String> {
    let (now_format, now_order) = current.split_once(", ")?;
    let (mut format, mut order): (Option<&str>, Option<&str>) = (None, None);
    let words = value.split(',').flat_map(str::split_whitespace).map(|word| word.trim_matches(['"', '\'']));
    for word in words {
        let lower = word.to_ascii_lowercase();
        let (new_format, new_order) = match lower.as_str() {
            "iso" => (Some("ISO"), None),
            "sql" => (Some("SQL"), None),
            "postgres" => (Some("Postgres"), None),
            "german" => (Some("German"), None),
            "ymd" => (None, Some("YMD")),
            "mdy" | "us" => (None, Some("MDY")),
            "dmy" | "european" | "euro" => (None, Some("DMY")),
            _ if lower.starts_with("noneuro") => (None, Some("MDY")),
            _ if lower.starts_with("postgres") => (Some("Postgres"), None),
            _ if lower.starts_with("euro") => (None, Some("DMY")),
            "default" => {
                let (default_format, default_order) = default.split_once(", ")?;
                format = format.or(Some(default_format));
                order = order.or(Some(default_order));
                continue;
            }
            _ => return None,
        };
        if new_format.is_some() && format.is_some() && new_format != format
            || new_order.is_some() && order.is_some() && new_order != order
        {
            return None;
        }
        format = new_format.or(format);
        order = new_order.or(order);
    }
    // German dates are read day first unless something else is said.
    let order = order.or((format == Some("German")).then_some("DMY")).unwrap_or(now_order);
    Some(format!("{}, {order}", format.unwrap_or(now_format)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_and_order_are_kept_unless_said() {
        let read = |value: &str| canonical(value, "ISO, MDY", "ISO, MDY");
        assert_eq!(read("iso").as_deref(), Some("ISO, MDY"));
        assert_eq!(read("SQL, dmy").as_deref(), Some("SQL, DMY"));
        assert_eq!(read("German").as_deref(), Some("German, DMY"));
        assert_eq!(read("European").as_deref(), Some("ISO, DMY"));
        assert_eq!(canonical("ymd", "Postgres, DMY", "ISO, MDY").as_deref(), Some("Postgres, YMD"));
        assert_eq!(read("iso, sql"), None);
        assert_eq!(read("nonsense"), None);
    }
}
