//! Answers to requests that may be sent again.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::change::Remembered;
use crate::names::RequestToken;

/// How long an answer is remembered. Rekognition does not say; clients give up long before. Chosen, not measured.
pub(crate) const REMEMBERED_FOR: SignedDuration = SignedDuration::from_hours(24);

/// How many answers are remembered, so that memory stays bounded (some 10 to 300 MB, by the length of the answers): older
/// ones are forgotten before their time. Chosen, not measured.
const REMEMBERED_MAX: usize = 100_000;

#[derive(Debug, Default)]
pub(crate) struct AnswersGiven {
    by_token: HashMap<RequestToken, Remembered>,
    /// In the order they were given. An answer that was replaced is here twice.
    order: VecDeque<(Timestamp, RequestToken)>,
}

impl AnswersGiven {
    pub(crate) fn len(&self) -> usize {
        self.by_token.len()
    }

    /// The answer to an earlier request with this token, unless that was too long ago.
    pub(crate) fn find(&self, token: &RequestToken, now: Timestamp) -> Option<&Remembered> {
        self.by_token
            .get(token)
            .filter(|it| now.duration_since(it.at) < REMEMBERED_FOR)
    }

    /// Remembers an answer, and forgets those that are too old by then. The log's times decide, not a clock: replaying
    /// gives the same.
    pub(crate) fn remember(&mut self, remembered: Remembered) {
        self.order.push_back((remembered.at, remembered.token.clone()));
        let now = remembered.at;
        self.by_token.insert(remembered.token.clone(), remembered);
        while let Some((at, token)) = self.order.front() {
            if REMEMBERED_MAX < self.order.len() || REMEMBERED_FOR <= now.duration_since(*at) {
                if self.by_token.get(token).is_some_and(|it| it.at == *at) {
                    self.by_token.remove(token);
                }
                self.order.pop_front();
            } else {
                break;
            }
        }
    }

    /// All that are remembered, in the order they were given.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Remembered> {
        self.order
            .iter()
            .filter_map(|(at, token)| self.by_token.get(token).filter(|it| it.at == *at))
    }
}
