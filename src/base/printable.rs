//! Characters that make a terminal or a page show something else than what is stored.

/// No control character, and none of Unicode's explicit direction controls, which let a text read as another one.
pub fn is_printable(character: char) -> bool {
    let turns_direction = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !character.is_control() && !turns_direction
}
