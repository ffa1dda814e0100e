//! The developer's pages: plain HTML without scripts, legible on a phone and at night.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

use super::Summary;
use crate::messages::{DeadLetter, Message};

const STYLE: &str = include_str!("style.css");

/// Most entries on one page; the JSON has all of them.
const MAX_SHOWN: usize = 200;

/// What a browser may do with these pages: show them with this style, and nothing else.
pub(super) fn content_security_policy() -> String {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// The page of messages, newest first.
pub(super) fn outbox(messages: &[Message]) -> String {
    let mut articles = String::new();
    for message in messages.iter().take(MAX_SHOWN) {
        let recipients = match message.recipients.as_slice() {
            [] => "nobody: the topic has no subscription".to_owned(),
            some => some
                .iter()
                .map(|it| it.strip_prefix("email:").unwrap_or(it))
                .collect::<Vec<_>>()
                .join(", "),
        };
        let source = match &message.from {
            Some(from) => format!("from {from}"),
            None => format!("topic {}", last_part(&message.topic_arn)),
        };
        let _ = write!(
            articles,
            "<article><h2>{}</h2><p class=\"about\">to {}</p><p class=\"about\">{} · {}</p><pre>{}</pre></article>",
            escape(message.subject.as_deref().unwrap_or("(no subject)")),
            escape(&recipients),
            escape(&source),
            time(message.at),
            escape(&message.body),
        );
    }
    if articles.is_empty() {
        articles.push_str(
            "<p class=\"empty\">Nothing was sent yet. A photo without a face is announced here.</p>",
        );
    }
    articles.push_str(&more(messages.len(), "/_stack/outbox.json"));
    page("Outbox", &articles)
}

/// The page of dead letters, newest first.
pub(super) fn dead_letters(letters: &[DeadLetter]) -> String {
    let mut articles = String::new();
    for letter in letters.iter().take(MAX_SHOWN) {
        let record = serde_json::to_string_pretty(&letter.record).unwrap_or_default();
        let _ = write!(
            articles,
            "<article><h2>{}</h2><p class=\"about\">{}</p><pre>{}</pre></article>",
            escape(last_part(&letter.destination_arn)),
            time(letter.at),
            escape(&record),
        );
    }
    if articles.is_empty() {
        articles.push_str("<p class=\"empty\">No record was given up.</p>");
    }
    articles.push_str(&more(letters.len(), "/_stack/dead-letters.json"));
    page("Dead letters", &articles)
}

/// The page that says what runs here, and what only AWS runs.
pub(super) fn index(summary: &Summary<'_>) -> String {
    let mut content = format!(
        "<p>What <code>template.yaml</code> declares, run on this machine. AWS endpoints: <code>{}</code></p>\
         <ul class=\"links\"><li><a href=\"/_stack/outbox\">Outbox</a>: what was published, {} so far</li>\
         <li><a href=\"/_stack/dead-letters\">Dead letters</a>: what could not be delivered, {} so far</li>\
         <li><a href=\"/_stack/grants\">Grants</a>: which rights were used, and which never</li>\
         <li><a href=\"/_stack/health\">Health</a></li></ul>",
        escape(summary.aws_url),
        summary.n_messages,
        summary.n_dead_letters,
    );
    content.push_str("<h2>Routes</h2><div class=\"wide\"><table>");
    for (key, function) in summary.routes {
        let _ = write!(
            content,
            "<tr><td><code>{}</code></td><td>{}</td></tr>",
            escape(key),
            escape(function)
        );
    }
    content.push_str("</table></div><h2>Not run here</h2><p class=\"about\">These have an effect on AWS only.</p><div class=\"wide\"><table>");
    for it in summary.not_run {
        let _ = write!(
            content,
            "<tr><td>{}</td><td>{}</td></tr>",
            escape(&it.name),
            escape(&it.kind)
        );
    }
    content.push_str("</table></div>");
    page("Local cloud", &content)
}

fn more(n_entries: usize, json: &str) -> String {
    if n_entries <= MAX_SHOWN {
        return String::new();
    }
    format!(
        "<p class=\"about\">The newest {MAX_SHOWN} of {n_entries}; <a href=\"{json}\">all as JSON</a>.</p>"
    )
}

fn last_part(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}

fn time(at: jiff::Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::UTC)
        .strftime("%Y-%m-%d %H:%M:%S UTC")
        .to_string()
}

fn page(title: &str, content: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title} · Visavis local</title><style>{STYLE}</style></head><body>\
         <header><h1>{title}</h1><nav><a href=\"/_stack/\">Overview</a> <a href=\"/_stack/outbox\">Outbox</a> \
         <a href=\"/_stack/dead-letters\">Dead letters</a> <a href=\"/\">Client</a></nav></header>\
         <main>{content}</main></body></html>"
    )
}

/// Text as HTML shows it, in elements and in quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(subject: &str) -> Message {
        Message {
            message_id: "1".to_owned(),
            at: jiff::Timestamp::UNIX_EPOCH,
            topic_arn: "arn:aws:sns:eu-west-1:000000000000:alerts".to_owned(),
            from: None,
            subject: Some(subject.to_owned()),
            body: "a & b \"c\"".to_owned(),
            attributes: serde_json::Value::Null,
            recipients: vec!["email:ops@example.org".to_owned()],
        }
    }

    #[test]
    fn a_message_is_shown_as_text_whatever_it_contains() {
        let html = outbox(&[message("<script>alert(1)</script>")]);
        assert!(!html.contains("<script>"));
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(html.contains("a &amp; b &quot;c&quot;"));
        assert!(
            html.contains("to ops@example.org") && html.contains("topic alerts · 1970-01-01 00:00:00 UTC")
        );
    }

    #[test]
    fn a_mail_says_who_it_is_from() {
        let from = Some("visavis@example.org".to_owned());
        let html = outbox(&[Message { from, ..message("x") }]);
        assert!(html.contains("from visavis@example.org · "), "{html}");
    }

    #[test]
    fn an_empty_page_says_that_it_is_empty() {
        assert!(outbox(&[]).contains("Nothing was sent yet"));
        assert!(dead_letters(&[]).contains("No record was given up"));
    }

    #[test]
    fn a_long_list_is_cut_and_says_so() {
        let html = outbox(&vec![message("x"); MAX_SHOWN + 1]);
        assert_eq!(html.matches("<article>").count(), MAX_SHOWN);
        assert!(html.contains("The newest 200 of 201"));
    }

    #[test]
    fn the_policy_allows_exactly_the_style_that_is_on_the_page() {
        let html = outbox(&[]);
        let style = html
            .split("<style>")
            .nth(1)
            .unwrap()
            .split("</style>")
            .next()
            .unwrap();
        let hash = STANDARD.encode(Sha256::digest(style));
        assert!(content_security_policy().contains(&format!("style-src 'sha256-{hash}'")));
    }
}
