use aws_sdk_rekognition::types::{Face, FaceMatch, FaceRecord};

use super::*;

fn refused(reasons: &[Reason]) -> Indexed {
    let face = UnindexedFace::builder()
        .set_reasons(Some(reasons.to_vec()))
        .build();
    indexed(IndexFacesOutput::builder().unindexed_faces(face).build()).unwrap()
}

#[test]
fn a_description_has_the_name_that_rekognition_gave_it() {
    let record = |face: Face| FaceRecord::builder().face(face).build();
    let named = record(Face::builder().face_id("0a0b").build());
    let answer = IndexFacesOutput::builder().face_records(named).build();
    assert_eq!(indexed(answer), Some(Indexed::As("0a0b".to_owned())));
    let nameless = record(Face::builder().build());
    assert_eq!(
        indexed(IndexFacesOutput::builder().face_records(nameless).build()),
        None
    );
}

#[test]
fn a_face_beside_the_largest_one_does_not_hide_it() {
    let record = FaceRecord::builder()
        .face(Face::builder().face_id("0a0b").build())
        .build();
    let other = UnindexedFace::builder().reasons(Reason::ExceedsMaxFaces).build();
    let answer = IndexFacesOutput::builder()
        .face_records(record)
        .unindexed_faces(other)
        .build();
    assert_eq!(indexed(answer), Some(Indexed::As("0a0b".to_owned())));
}

#[test]
fn reasons_are_told_once_and_in_order() {
    assert_eq!(
        refused(&[
            Reason::LowSharpness,
            Reason::LowFaceQuality,
            Reason::ExtremePose,
            Reason::SmallBoundingBox,
            Reason::LowBrightness,
        ]),
        Indexed::Refused(vec![
            FaceFault::TooSmall,
            FaceFault::TurnedAway,
            FaceFault::TooDark,
            FaceFault::Blurred
        ])
    );
    assert_eq!(
        refused(&[Reason::LowConfidence]),
        Indexed::Refused(vec![FaceFault::NoFace])
    );
    assert_eq!(
        refused(&[Reason::from("LEARNED_SINCE")]),
        Indexed::Refused(vec![FaceFault::Blurred])
    );
}

#[test]
fn nothing_found_and_nothing_said_is_no_face() {
    assert_eq!(refused(&[]), Indexed::Refused(vec![FaceFault::NoFace]));
    let nothing = IndexFacesOutput::builder().build();
    assert_eq!(indexed(nothing), Some(Indexed::Refused(vec![FaceFault::NoFace])));
}

#[test]
fn a_match_says_whose_and_which_description_it_is() {
    let person = PersonId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
    let found = |face: Face| alike(FaceMatch::builder().face(face).similarity(99.5).build());
    let face = || Face::builder().external_image_id(person.to_string());
    let expected = Match {
        person,
        indexed_as: "0a0b".to_owned(),
        similarity: 99.5,
    };
    assert_eq!(found(face().face_id("0a0b").build()), Some(expected));
    assert_eq!(found(face().build()), None);
    assert_eq!(
        found(Face::builder().external_image_id("x").face_id("0a0b").build()),
        None
    );
}

#[test]
fn every_account_has_a_collection_of_its_own() {
    let aws = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .build();
    let owner = UserId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
    let name = FaceCollections::new(&aws, "visavis".to_owned()).name(owner);
    assert_eq!(name, "visavis-01890a5d-ac96-774b-bcce-b302099a8057");
}
