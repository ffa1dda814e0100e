//! Which passwords are good enough: long ones that are not among the first that somebody would try.
//!
//! After NIST SP 800-63B section 3.1.1.2: length and a list of common passwords, no rules of composition. The list
//! is short and holds the stems of common passwords; what people put around a stem (capitals, digits, signs,
//! look-alikes) is taken off before comparing.

use api::{Problem, ProblemType, wire::Secret};
use domain::{Email, Username};
use zeroize::Zeroizing;

use crate::passwords::normalized;

/// Shortest password, in characters. Chosen: NIST asks for 8 with a second factor and 15 without one; with the list
/// and slow hashes, 10 keeps guessing hopeless without driving people to notes on the screen.
pub const MIN_CHARS: usize = 10;
/// Longest password, in characters. Chosen: NIST asks for at least 64 to be allowed.
pub const MAX_CHARS: usize = 128;

/// Stems of common passwords, in lower case, without digits and signs around them.
const COMMON: &str = include_str!("common-passwords.txt");

/// Least number of different characters. Chosen: `aaaaaaaaaa` and `1212121212` are no passwords.
const MIN_DIFFERENT_CHARS: usize = 4;

/// Why a password is not good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer than [`MIN_CHARS`].
    TooShort,
    /// More than [`MAX_CHARS`].
    TooLong,
    /// Few different characters, or a run of neighbours such as `abcdefghij`.
    TooSimple,
    /// Among the first that somebody would try.
    Common,
    /// The username or e-mail address with little around it.
    ContainsName,
}

/// Tells whether a password is good enough for an account with these names.
///
/// # Errors
///
/// The first [`Weakness`].
pub fn check(password: &Secret, username: &Username, email: &Email) -> Result<(), Weakness> {
    // Far more bytes than any acceptable password has: not worth normalising.
    if MAX_CHARS * 16 < password.expose().len() {
        return Err(Weakness::TooLong);
    }
    let text = normalized(password);
    let n_chars = text.chars().count();
    if n_chars < MIN_CHARS {
        return Err(Weakness::TooShort);
    }
    if MAX_CHARS < n_chars {
        return Err(Weakness::TooLong);
    }
    if is_simple(&text) {
        return Err(Weakness::TooSimple);
    }
    let plain = Zeroizing::new(text.to_lowercase());
    if is_common(&plain) {
        return Err(Weakness::Common);
    }
    let names = [
        username.key(),
        email.key(),
        email.local_part().to_ascii_lowercase(),
    ];
    if names.iter().any(|it| is_mostly(&plain, it)) {
        return Err(Weakness::ContainsName);
    }
    Ok(())
}

/// Few different characters, or every character next to the one before it.
fn is_simple(text: &str) -> bool {
    let chars: Zeroizing<Vec<char>> = Zeroizing::new(text.chars().collect());
    let mut different = Zeroizing::new(chars.to_vec());
    different.sort_unstable();
    different.dedup();
    let steps = |step: i64| {
        chars
            .windows(2)
            .filter(|it| i64::from(u32::from(it[1])) - i64::from(u32::from(it[0])) == step)
            .count()
    };
    // "1234567890" turns once.
    let n_pairs = chars.len().saturating_sub(1);
    different.len() < MIN_DIFFERENT_CHARS || n_pairs <= steps(1) + 1 || n_pairs <= steps(-1) + 1
}

/// A stem of the list with nothing around it but digits and signs, also written in look-alikes, also twice.
fn is_common(plain: &str) -> bool {
    let fold = |text: &str| Zeroizing::new(text.chars().map(letter).collect::<String>());
    let stem = plain.trim_matches(is_around);
    // "P@ssw0rd2026" needs its digits off before, "@dministrator" after.
    let (folded_stem, folded) = (fold(stem), fold(plain));
    [plain, stem, &folded_stem, folded.trim_matches(is_around)]
        .into_iter()
        .any(|text| {
            let half = text.get(..text.len() / 2).filter(|it| it.repeat(2) == text);
            COMMON.lines().any(|it| it == text || Some(it) == half)
        })
}

fn is_around(it: char) -> bool {
    !it.is_alphabetic()
}

/// The letter that a digit or sign is written for.
fn letter(it: char) -> char {
    match it {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// A name with at most five characters around it, such as a year and a sign. Chosen, not measured.
fn is_mostly(plain: &str, name: &str) -> bool {
    3 <= name.len() && plain.contains(name) && plain.chars().count() <= name.chars().count() + 5
}

impl Weakness {
    /// Returns what to tell whoever sent the password in the member `field`.
    #[must_use]
    pub fn into_problem(self, field: &str) -> Problem {
        let (reason, detail) = match self {
            Self::TooShort => (
                "too-short",
                format!("It must have at least {MIN_CHARS} characters."),
            ),
            Self::TooLong => {
                return Problem::invalid(field, format!("must have at most {MAX_CHARS} characters"));
            }
            Self::TooSimple => (
                "too-simple",
                "It repeats or counts; use more different characters.".to_owned(),
            ),
            Self::Common => (
                "common",
                "It is among the passwords that people try first.".to_owned(),
            ),
            Self::ContainsName => (
                "contains-name",
                "It is your name with little around it.".to_owned(),
            ),
        };
        Problem::new(ProblemType::PasswordTooWeak)
            .with("reason", reason)
            .detail(detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(password: &str) -> Result<(), Weakness> {
        let username = Username::parse("ada.lovelace").unwrap();
        let email = Email::parse("countess@example.org").unwrap();
        check(&Secret::new(password), &username, &email)
    }

    #[test]
    fn passwords_that_are_good_enough() {
        for password in [
            "analytical engine 1843",
            "correct horse battery staple",
            "кошка сидит на окне",
            "日本語のパスワードです",
            "zYx9!kQp2@",
            "password manager made this one",
            "my friend ada.lovelace wrote it",
            &"ab cd ef ".repeat(14),
        ] {
            assert_eq!(verdict(password), Ok(()), "{password}");
        }
    }

    #[test]
    fn passwords_that_are_not_and_why() {
        for (password, weakness) in [
            ("", Weakness::TooShort),
            ("zYx9!kQp2", Weakness::TooShort),
            ("日本語のパスワード", Weakness::TooShort),
            (&"ab cd ef ".repeat(15), Weakness::TooLong),
            (&"\u{fdfa}".repeat(10), Weakness::TooLong), // one character that NFKC makes 18 of
            (&"x".repeat(100_000), Weakness::TooLong),
            ("aaaaaaaaaaaa", Weakness::TooSimple),
            ("1212121212", Weakness::TooSimple),
            ("1234567890", Weakness::TooSimple),
            ("abcdefghijk", Weakness::TooSimple),
            ("9876543210", Weakness::TooSimple),
            ("password123", Weakness::Common),
            ("Password123!", Weakness::Common),
            ("P@ssw0rd2026", Weakness::Common),
            ("!!!letmein!!!", Weakness::Common),
            ("@dministrator", Weakness::Common),
            ("1q2w3e4r5t", Weakness::Common),
            ("qwertyuiop", Weakness::Common),
            ("passwordpassword", Weakness::Common),
            ("iloveyou2024", Weakness::Common),
            ("ada.lovelace1", Weakness::ContainsName),
            ("XAda.LovelaceX", Weakness::ContainsName),
            ("countess!1843", Weakness::ContainsName),
        ] {
            assert_eq!(verdict(password), Err(weakness), "{password}");
        }
    }

    #[test]
    fn the_list_has_stems_only_and_no_two_the_same() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert!(200 < lines.len(), "{}", lines.len());
        assert!(lines.is_sorted());
        assert!(lines.windows(2).all(|it| it[0] != it[1]));
        for line in lines {
            assert_eq!(line, line.to_lowercase());
            assert!(3 <= line.len(), "{line}");
        }
    }

    #[test]
    fn a_problem_says_what_to_do() {
        let problem = Weakness::TooShort.into_problem("password");
        assert_eq!(problem.member("reason").unwrap(), "too-short");
        assert_eq!(
            problem.document("")["detail"],
            "It must have at least 10 characters."
        );
        assert_eq!(
            Weakness::TooLong.into_problem("password").kind(),
            ProblemType::InvalidRequest
        );
    }
}
