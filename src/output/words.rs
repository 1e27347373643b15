//! Small words of output: amounts, counts.

/// An amount for people: thousands apart, two decimals at least, no needless zeros beyond.
pub fn money(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut grouped = String::new();
    for (position, digit) in whole.chars().enumerate() {
        let left = whole.len() - position;
        if position > 0 && left % 3 == 0 {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    let fraction = fraction.trim_end_matches('0');
    if grouped.is_empty() {
        grouped.push('0');
    }
    format!("{grouped}.{fraction:0<2}")
}

/// `1 document`, `2 documents`.
pub fn plural(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_and_lose_only_needless_zeros() {
        assert_eq!(money("135603.41550"), "135 603.4155");
        assert_eq!(money("1000"), "1 000.00");
        assert_eq!(money("999.10000"), "999.10");
        assert_eq!(money(".00"), "0.00");
        assert_eq!(money("9999999999999.99999"), "9 999 999 999 999.99999");
    }
}
