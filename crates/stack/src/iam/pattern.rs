//! IAM's wildcards: `*` for any text, `?` for one character.

/// Whether `text` matches `pattern`.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where to go on if the text after the last star has to be longer.
    let mut star: Option<(usize, usize)> = None;
    while let Some(&wanted) = text.get(t) {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p + 1, t));
                p += 1;
            }
            Some(&it) if it == '?' || it == wanted => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((after_star, matched)) => {
                    star = Some((after_star, matched + 1));
                    p = after_star;
                    t = matched + 1;
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .is_some_and(|rest| rest.iter().all(|it| *it == '*'))
}

/// Actions compare without regard to case: `S3:getobject` is `s3:GetObject`.
pub(super) fn action_matches(pattern: &str, action: &str) -> bool {
    matches(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*", "arn:aws:s3:::b/k", true),
            ("arn:aws:s3:::b/u/*", "arn:aws:s3:::b/u/1/2", true),
            ("arn:aws:s3:::b/u/*", "arn:aws:s3:::b/v/1", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*/x/*", "a/b/x/c", true),
            ("*ab", "aab", true),
            ("ab*", "a", false),
            ("", "", true),
            ("", "a", false),
            ("a**b", "ab", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
        assert!(action_matches("S3:getobject", "s3:GetObject"));
        assert!(!matches("S3", "s3"));
    }
}
