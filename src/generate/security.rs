//! The security code of a clave: eight digits that nobody can foresee.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

/// The codes there are.
const CODES: u32 = 100_000_000;
/// The largest multiple of [`CODES`] that four bytes hold: above it some codes would be likelier than others.
const FAIR: u32 = u32::MAX / CODES * CODES;

/// A code from the system's generator of secrets. The error is a sentence.
pub(crate) fn security_code() -> Result<u32, String> {
    let random = SystemRandom::new();
    let mut bytes = [0; 4];
    loop {
        random.fill(&mut bytes).map_err(|_| "the system gives no random numbers".to_owned())?;
        let number = u32::from_ne_bytes(bytes);
        if number < FAIR {
            return Ok(number % CODES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_eight_digits_and_differ() {
        let codes: std::collections::HashSet<u32> = (0..100).map(|_| security_code().unwrap()).collect();
        assert!(codes.iter().all(|code| *code < CODES) && codes.len() > 90);
    }
}
