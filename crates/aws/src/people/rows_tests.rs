use super::*;

fn person() -> PersonRow {
    PersonRow {
        owner: UserId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(),
        id: PersonId::parse("01890a5e-0000-7000-8000-00000000000a").unwrap(),
        display_name: "Ada".to_owned(),
        external_id: Some("4711".to_owned()),
        consent: ConsentRow {
            notice_version: "2026-11".to_owned(),
            given_by: "Ada's mother".to_owned(),
            at: Timestamp::from_millisecond(1_795_000_000_123).unwrap(),
        },
        created_at: Timestamp::from_millisecond(1_795_000_000_456).unwrap(),
        face_count: 2,
        is_erasing: false,
        fingerprint: "digest".to_owned(),
    }
}

fn face() -> FaceRow {
    FaceRow {
        id: FaceId::parse("01890a5f-0000-7000-8000-000000000002").unwrap(),
        person: person().id,
        indexed_as: "0a0b".to_owned(),
        added_at: Timestamp::from_millisecond(1_795_000_000_789).unwrap(),
        quality: (71.25, 83.5),
        pose: (1.5, -4.1, 3.0),
    }
}

fn stored(item: impl Serialize) -> HashMap<String, AttributeValue> {
    serde_dynamo::to_item(item).unwrap()
}

#[test]
fn rows_read_back_as_they_were_stored() {
    let unnumbered = PersonRow {
        external_id: None,
        ..person()
    };
    for row in [person(), unnumbered] {
        let item = stored(person_item(&row));
        assert_eq!(item["part"], AttributeValue::S(format!("person#{}", row.id)));
        assert_eq!(read::<PersonItem, PersonRow>("Get", item).unwrap(), row);
    }
    let item = stored(face_item(person().owner, &face()));
    let part = format!("face#{}#{}", face().person, face().id);
    assert_eq!(item["part"], AttributeValue::S(part));
    assert_eq!(read::<FaceItem, FaceRow>("Get", item).unwrap(), face());
}

#[test]
fn only_who_is_being_erased_may_be_nameless() {
    for name in [
        "displayName",
        "noticeVersion",
        "consentGivenBy",
        "consentAtMs",
        "fingerprint",
    ] {
        let mut item = stored(person_item(&person()));
        item.remove(name).unwrap();
        read::<PersonItem, PersonRow>("Get", item.clone()).unwrap_err();
        for state in [State::Erasing, State::Erased] {
            let state = AttributeValue::S(state.as_str().to_owned());
            item.insert("state".to_owned(), state);
            assert!(
                read::<PersonItem, PersonRow>("Get", item.clone())
                    .unwrap()
                    .is_erasing
            );
        }
    }
}

#[test]
fn a_state_is_stored_as_conditions_compare_it() {
    let erased = serde_json::to_value(State::Erased).unwrap();
    assert_eq!(erased, State::Erased.as_str());
    for (state, is_erasing) in [(State::Active, false), (State::Erasing, true)] {
        let row = PersonRow {
            is_erasing,
            ..person()
        };
        let item = stored(person_item(&row));
        assert_eq!(item["state"], AttributeValue::S(state.as_str().to_owned()));
    }
}

#[test]
fn a_damaged_row_is_an_error_and_not_a_guess() {
    let text = |it: &str| AttributeValue::S(it.to_owned());
    let late = AttributeValue::N(i64::MAX.to_string());
    for (name, value) in [
        ("userId", text("x")),
        ("part", text("person#x")),
        ("part", text("face#x")),
        ("state", text("gone")),
        ("createdAtMs", late.clone()),
        ("consentAtMs", late.clone()),
        ("faceCount", AttributeValue::N("-1".to_owned())),
    ] {
        let mut item = stored(person_item(&person()));
        item.insert(name.to_owned(), value);
        read::<PersonItem, PersonRow>("Get", item).unwrap_err();
    }
    for (name, value) in [
        ("part", text("face#01890a5e-0000-7000-8000-00000000000a")),
        ("part", text("person#01890a5e-0000-7000-8000-00000000000a")),
        ("addedAtMs", late),
        ("yaw", text("left")),
    ] {
        let mut item = stored(face_item(person().owner, &face()));
        item.insert(name.to_owned(), value);
        read::<FaceItem, FaceRow>("Get", item).unwrap_err();
    }
}

#[test]
fn no_debug_output_names_anybody() {
    let shown = format!("{:?} {:?} {:?}", person(), person().consent, face());
    for hidden in ["Ada", "4711", "digest", "0a0b", "mother"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    assert!(shown.contains("01890a5e-0000-7000-8000-00000000000a"), "{shown}");
}
