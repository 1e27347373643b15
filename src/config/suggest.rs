//! The known key that a misspelt one most likely meant.

/// How alike two keys must be to be worth a guess: `polling_intervall` is, `colour` for `database` is not.
const LIKENESS: f64 = 0.75;

/// The nearest of `known` to `word`, if any is near.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase().replace('-', "_");
    known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(&word, candidate), *candidate))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_near_and_leaves_the_far() {
        let known = ["database", "polling_interval", "polling_max_hours", "retry_delays"];
        assert_eq!(nearest("polling_intervall", &known), Some("polling_interval"));
        assert_eq!(nearest("Retry-Delay", &known), Some("retry_delays"));
        assert_eq!(nearest("databse", &known), Some("database"));
        assert_eq!(nearest("colour", &known), None);
    }
}
