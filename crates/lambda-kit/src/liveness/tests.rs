use super::*;

const ID: &str = "01890a5e-0000-7000-8000-000000000001";

fn keys(seeds: &[u8]) -> TokenKeys {
    let keys: Vec<_> = seeds.iter().map(|it| STANDARD.encode([*it; KEY_BYTES])).collect();
    TokenKeys::parse(&serde_json::json!({ "keys": keys }).to_string()).unwrap()
}

fn claims(aud: &str) -> Claims {
    Claims {
        iss: ISSUER.to_owned(),
        aud: aud.to_owned(),
        jti: ID.to_owned(),
        own: ID.to_owned(),
        sub: Some("badge 7".to_owned()),
        per: None,
        kind: Some(ChallengeKind::Sequence),
        avoided: vec![ChallengeGesture::Smile],
        iat: 100,
        exp: 220,
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn an_assertion_reads_back_until_its_time_is_over() {
    let token = keys(&[1]).sign(&claims(ASSERTION_AUDIENCE)).unwrap();
    let nose = ChallengeKind::Nose;
    let assertion = keys(&[1]).assertion(&token, nose, at(219)).unwrap();
    assert_eq!(assertion.challenge.to_string(), ID);
    assert_eq!(assertion.subject.as_deref(), Some("badge 7"));
    assert_eq!(assertion.avoided, [ChallengeGesture::Smile]);
    assert!(keys(&[1]).assertion(&token, nose, at(220)).is_none());
}

#[test]
fn an_assertion_names_the_person_it_is_about_or_nobody() {
    let read = |per: Option<&str>| {
        let claims = Claims {
            per: per.map(str::to_owned),
            ..claims(ASSERTION_AUDIENCE)
        };
        let token = keys(&[1]).sign(&claims).unwrap();
        keys(&[1]).assertion(&token, ChallengeKind::Sequence, at(100))
    };
    let person = PersonId::parse(ID).unwrap();
    assert_eq!(read(Some(ID)).unwrap().person, Some(person));
    assert_eq!(read(None).unwrap().person, None);
    assert!(read(Some("x")).is_none());
}

#[test]
fn what_is_good_enough_is_for_the_reader_to_say() {
    use ChallengeKind::{Nose, Sequence};
    for (passed, at_least, is_good) in [
        (Some(Nose), Nose, true),
        (Some(Nose), Sequence, false),
        (Some(Sequence), Nose, true),
        (Some(Sequence), Sequence, true),
        (None, Nose, false),
    ] {
        let claims = Claims {
            kind: passed,
            ..claims(ASSERTION_AUDIENCE)
        };
        let token = keys(&[1]).sign(&claims).unwrap();
        let read = keys(&[1]).assertion(&token, at_least, at(100));
        assert_eq!(read.map(|it| it.kind), passed.filter(|_| is_good));
    }
}

#[test]
fn a_sequence_without_any_expression_is_worth_no_more_than_a_nose() {
    use ChallengeGesture::{Blink, ComeCloser, MouthOpen, Smile, Turn};
    use ChallengeKind::{Nose, Sequence};
    let read = |avoided: &[ChallengeGesture], at_least| {
        let claims = Claims {
            avoided: avoided.to_vec(),
            ..claims(ASSERTION_AUDIENCE)
        };
        let token = keys(&[1]).sign(&claims).unwrap();
        keys(&[1]).assertion(&token, at_least, at(100)).map(|it| it.kind)
    };
    for hollow in [
        &[Blink, Smile, MouthOpen][..],
        &[MouthOpen, Turn, Blink, ComeCloser, Smile],
    ] {
        assert_eq!(read(hollow, Sequence), None);
        assert_eq!(read(hollow, Nose), Some(Nose));
    }
    assert_eq!(read(&[Blink, Smile, Turn, ComeCloser], Sequence), Some(Sequence));
}

#[test]
fn a_token_for_something_else_or_of_another_key_is_none() {
    let token = keys(&[1]).sign(&claims(TOKEN_AUDIENCE)).unwrap();
    assert!(
        keys(&[1])
            .assertion(&token, ChallengeKind::Nose, at(100))
            .is_none()
    );
    assert!(keys(&[1]).read(TOKEN_AUDIENCE, &token).is_some());
    assert!(keys(&[2]).read(TOKEN_AUDIENCE, &token).is_none());
    assert!(keys(&[1]).read(TOKEN_AUDIENCE, &format!("{token}x")).is_none());
    let other_issuer = Claims {
        iss: "x".to_owned(),
        ..claims(TOKEN_AUDIENCE)
    };
    let token = keys(&[1]).sign(&other_issuer).unwrap();
    assert!(keys(&[1]).read(TOKEN_AUDIENCE, &token).is_none());
}

#[test]
fn a_token_without_a_signature_is_none() {
    let body = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .encode(serde_json::to_string(&claims(TOKEN_AUDIENCE)).unwrap());
    for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS256"}"#] {
        let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(header);
        assert!(
            keys(&[1])
                .read(TOKEN_AUDIENCE, &format!("{header}.{body}."))
                .is_none()
        );
    }
}

#[test]
fn a_key_that_was_replaced_is_still_believed() {
    let token = keys(&[1]).sign(&claims(TOKEN_AUDIENCE)).unwrap();
    assert!(keys(&[2, 1]).read(TOKEN_AUDIENCE, &token).is_some());
    let newer = keys(&[2, 1]).sign(&claims(TOKEN_AUDIENCE)).unwrap();
    assert!(keys(&[1]).read(TOKEN_AUDIENCE, &newer).is_none());
}

#[test]
fn what_holds_no_keys_is_refused() {
    for text in [
        "",
        "{}",
        r#"{"keys":[]}"#,
        r#"{"keys":["AAAA"]}"#,
        r#"{"keys":["%"]}"#,
    ] {
        assert_eq!(TokenKeys::parse(text).err(), Some(InvalidKeys), "{text}");
    }
    TokenKeys::parse(&TokenKeys::text_of(&[7; KEY_BYTES])).unwrap();
}

#[test]
fn nothing_shows_in_debug_output() {
    let text = format!("{:?} {:?}", keys(&[1]), claims(TOKEN_AUDIENCE));
    assert!(!text.contains("badge"), "{text}");
}
