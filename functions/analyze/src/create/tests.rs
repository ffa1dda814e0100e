use sha2::{Digest as _, Sha256};

use super::*;
use crate::capabilities::fakes::{ADA, BOB, World, analysis_id, jpeg, now, plain_face, upload_id};

fn order(n: u64) -> Order {
    Order {
        user: ADA,
        upload: upload_id(n),
        attributes: None,
        key_digest: None,
    }
}

/// Analyzes upload 1 of Ada; `n` is the analysis that is proposed.
async fn run(world: &World, n: u64) -> Result<Made, AnalyzeError> {
    analyze(world, &order(1), analysis_id(n), now()).await
}

async fn refused(world: &World) -> AnalyzeError {
    let error = run(world, 7).await.unwrap_err();
    assert_eq!(
        (world.n_objects(), world.n_records()),
        (0, 0),
        "nothing is kept after {error:?}"
    );
    error
}

#[tokio::test]
async fn a_photo_becomes_three_pictures_a_result_and_a_record() {
    let world = World::default();
    world.upload(ADA, 1, "image/jpeg", jpeg(640, 480));
    let Made::Now(analysis) = run(&world, 7).await.unwrap() else {
        panic!("made now")
    };
    assert_eq!(analysis.analysis_id, analysis_id(7).to_string());
    assert_eq!(
        (analysis.image.width, analysis.image.height, analysis.face_count),
        (640, 480, 1)
    );
    assert_eq!((world.n_objects(), world.n_records()), (4, 1));
    assert_eq!(world.n_photos(), 0, "the upload is removed");
    assert_eq!(
        world.state(ADA, 1),
        UploadState::Used {
            analysis: analysis_id(7)
        }
    );

    let picture = |variant| {
        let bytes = world.image(ADA, analysis_id(7), variant);
        picture::decode(&bytes, &picture::Limits::UPLOAD).unwrap()
    };
    assert_eq!(picture(ImageVariant::Thumbnail).width, 320);
    let (original, annotated) = (picture(ImageVariant::Original), picture(ImageVariant::Annotated));
    assert_ne!(original.rgb, annotated.rgb, "the face is marked");
}

#[tokio::test]
async fn the_same_upload_again_gives_the_same_analysis_and_is_not_looked_at_again() {
    let world = World::default();
    world.upload(ADA, 1, "image/jpeg", jpeg(100, 100));
    let Made::Now(first) = run(&world, 7).await.unwrap() else {
        panic!("made now")
    };
    let Made::Before(second) = run(&world, 8).await.unwrap() else {
        panic!("made before")
    };
    assert_eq!(first, second);
    assert_eq!((world.n_detections(), world.n_records()), (1, 1));
}

#[tokio::test]
async fn somebody_elses_upload_is_not_found() {
    let world = World::default();
    world.upload(BOB, 1, "image/jpeg", jpeg(100, 100));
    assert!(matches!(refused(&world).await, AnalyzeError::UploadNotFound));
    assert_eq!(world.n_photos(), 1, "and stays");
}

#[tokio::test]
async fn an_upload_expires() {
    let world = World::default();
    world.upload(ADA, 1, "image/jpeg", jpeg(100, 100));
    let late = now() + Duration::from_mins(30);
    let result = analyze(&world, &order(1), analysis_id(7), late).await;
    assert!(matches!(result, Err(AnalyzeError::UploadExpired)));
}

#[tokio::test]
async fn a_photo_that_has_not_arrived_can_arrive_later() {
    let world = World::default();
    let photo = jpeg(100, 100);
    world.announce(ADA, 1, "image/jpeg", photo.len() as u64, None);
    assert!(matches!(refused(&world).await, AnalyzeError::UploadIncomplete));
    world.arrive(ADA, 1, "image/jpeg", photo);
    assert!(matches!(run(&world, 8).await, Ok(Made::Now(_))));
}

#[tokio::test]
async fn what_is_not_as_announced_is_refused_and_removed() {
    let photo = jpeg(100, 100);
    let size = photo.len() as u64;
    let wrong_hash = Some([0; 32]);
    // Announced type, size and hash; type that arrived.
    for (announced, size, sha256, arrived) in [
        ("image/jpeg", size - 1, None, "image/jpeg"),
        ("image/jpeg", size + 1, None, "image/jpeg"),
        ("image/jpeg", size, wrong_hash, "image/jpeg"),
        ("image/jpeg", size, None, "image/png"),
        // As announced, but its first bytes say JPEG.
        ("image/png", size, None, "image/png"),
    ] {
        let world = World::default();
        world.announce(ADA, 1, announced, size, sha256);
        world.arrive(ADA, 1, arrived, photo.clone());
        let error = refused(&world).await;
        assert!(
            matches!(error, AnalyzeError::UploadMismatch),
            "{announced} {size} {arrived}: {error:?}"
        );
        assert_eq!(world.n_photos(), 0);
        assert_eq!(world.n_detections(), 0);
    }
}

#[tokio::test]
async fn the_right_hash_is_accepted() {
    let world = World::default();
    let photo = jpeg(100, 100);
    let sha256: [u8; 32] = Sha256::digest(&photo).into();
    world.announce(ADA, 1, "image/jpeg", photo.len() as u64, Some(sha256));
    world.arrive(ADA, 1, "image/jpeg", photo);
    run(&world, 7).await.unwrap();
}

#[tokio::test]
async fn what_is_not_a_photo_is_refused_and_removed() {
    let photo = jpeg(100, 100);
    let text = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec();
    for (bytes, expected) in [
        (text, PictureError::NotAnImage),
        (photo[..photo.len() / 2].to_vec(), PictureError::Truncated),
        (
            jpeg(79, 100),
            PictureError::TooSmall {
                width: 79,
                height: 100,
            },
        ),
    ] {
        let world = World::default();
        world.upload(ADA, 1, "image/jpeg", bytes);
        let error = refused(&world).await;
        assert!(
            matches!(&error, AnalyzeError::Picture(it) if *it == expected),
            "{error:?}"
        );
        assert_eq!((world.n_photos(), world.n_detections()), (0, 0));
        assert_eq!(world.state(ADA, 1), UploadState::Refused);
        assert!(
            matches!(refused(&world).await, AnalyzeError::UploadRefused),
            "and stays so"
        );
    }
}

#[tokio::test]
async fn metadata_does_not_survive() {
    let mut photo = jpeg(100, 100);
    // An APP1 segment behind the start of image: "Exif", and a place.
    let secret = b"Exif\0\0GPS 52.5200 N 13.4050 E";
    let length = (secret.len() as u16 + 2).to_be_bytes();
    let segment = [&[0xFF, 0xE1], &length[..], secret].concat();
    photo.splice(2..2, segment);
    let world = World::default();
    world.upload(ADA, 1, "image/jpeg", photo);
    run(&world, 7).await.unwrap();
    for variant in [
        ImageVariant::Original,
        ImageVariant::Annotated,
        ImageVariant::Thumbnail,
    ] {
        let kept = world.image(ADA, analysis_id(7), variant);
        assert!(!kept.windows(3).any(|it| it == b"GPS"));
    }
}

#[tokio::test]
async fn a_failure_anywhere_leaves_nothing_to_see_and_can_be_repeated() {
    for capability in [
        "GetUpload",
        "ClaimUpload",
        "TakeUploadedPhoto",
        "original",
        "DetectFaces",
        "annotated",
        "thumbnail",
        "PutAnalysis",
    ] {
        let world = World::default();
        world.upload(ADA, 1, "image/jpeg", jpeg(100, 100));
        world.fail(capability);
        assert!(
            matches!(refused(&world).await, AnalyzeError::Fault(_)),
            "{capability}"
        );
        assert_eq!(world.n_photos(), 1, "{capability}");
        world.heal();
        let Ok(Made::Now(analysis)) = run(&world, 8).await else {
            panic!("{capability}")
        };
        // The analysis that the first attempt named, if it got that far.
        let named = if ["GetUpload", "ClaimUpload"].contains(&capability) {
            8
        } else {
            7
        };
        assert_eq!(
            analysis.analysis_id,
            analysis_id(named).to_string(),
            "{capability}"
        );
        assert_eq!((world.n_objects(), world.n_records()), (4, 1), "{capability}");
    }
}

#[tokio::test]
async fn a_failed_attempt_that_cannot_tidy_up_either_is_made_good_by_the_next() {
    let world = World::default();
    world.upload(ADA, 1, "image/jpeg", jpeg(100, 100));
    for capability in ["KeepResults", "RemoveImages", "ReleaseUpload"] {
        world.fail(capability);
    }
    assert!(matches!(run(&world, 7).await, Err(AnalyzeError::Fault(_))));
    assert_eq!(world.n_records(), 0, "no record, so nothing to see");
    world.heal();
    assert!(
        matches!(run(&world, 8).await, Err(AnalyzeError::InProgress)),
        "the claim lasts"
    );
    let later = now() + CLAIM_LIFETIME;
    let Ok(Made::Now(analysis)) = analyze(&world, &order(1), analysis_id(9), later).await else {
        panic!("made now")
    };
    assert_eq!(analysis.analysis_id, analysis_id(7).to_string());
    assert_eq!((world.n_objects(), world.n_records()), (4, 1));
}

#[tokio::test]
async fn a_record_whose_answer_was_lost_is_found_by_the_next_attempt() {
    let world = World::default();
    world.upload(ADA, 1, "image/jpeg", jpeg(100, 100));
    world.lose_next_put_answer();
    assert!(matches!(run(&world, 7).await, Err(AnalyzeError::Fault(_))));
    assert_eq!(
        (world.n_objects(), world.n_records()),
        (4, 1),
        "its pictures are not removed"
    );
    assert!(matches!(run(&world, 8).await, Ok(Made::Before(_))));
    assert_eq!(world.n_detections(), 1);
    assert_eq!(
        world.state(ADA, 1),
        UploadState::Used {
            analysis: analysis_id(7)
        }
    );
}

#[tokio::test]
async fn an_analysis_stands_even_if_its_upload_cannot_be_marked() {
    let world = World::default();
    world.upload(ADA, 1, "image/jpeg", jpeg(100, 100));
    world.fail("MarkUploadUsed");
    world.fail("RemovePhoto");
    assert!(matches!(run(&world, 7).await, Ok(Made::Now(_))));
    world.heal();
    let later = now() + CLAIM_LIFETIME;
    let again = analyze(&world, &order(1), analysis_id(8), later).await;
    assert!(matches!(again, Ok(Made::Before(_))));
    assert_eq!((world.n_detections(), world.n_photos()), (1, 0));
}

#[tokio::test]
async fn of_two_attempts_at_once_one_works() {
    let world = World::default();
    world.upload(ADA, 1, "image/jpeg", jpeg(100, 100));
    let claimed = now() + Duration::from_secs(10);
    world
        .claim(ADA, upload_id(1), analysis_id(7), now(), claimed)
        .await
        .unwrap();
    assert!(matches!(run(&world, 8).await, Err(AnalyzeError::InProgress)));
    assert_eq!(world.n_detections(), 0);
}

#[tokio::test]
async fn an_erased_analysis_does_not_come_back() {
    let world = World::default();
    let id = world.analyzed(ADA, 1).await;
    crate::history::erase(&world, ADA, id, now()).await.unwrap();
    assert!(matches!(run(&world, 8).await, Err(AnalyzeError::UploadNotFound)));
    assert_eq!(world.n_objects(), 0);
}

#[tokio::test]
async fn a_photo_without_a_face_is_analyzed_as_well() {
    let world = World::that_sees(Vec::new());
    world.upload(ADA, 1, "image/jpeg", jpeg(100, 100));
    let Made::Now(analysis) = run(&world, 7).await.unwrap() else {
        panic!("made now")
    };
    assert_eq!((analysis.face_count, analysis.best_confidence), (0, None));
    let Ok(Some(StoredAnalysis::Kept(row))) = world.get_analysis(ADA, analysis_id(7)).await else {
        panic!("a record")
    };
    assert!(row.low_confidence);
}

#[tokio::test]
async fn a_hundred_faces_fit() {
    let world = World::that_sees(vec![plain_face(99.0); 100]);
    world.upload(ADA, 1, "image/jpeg", jpeg(100, 100));
    let Made::Now(analysis) = run(&world, 7).await.unwrap() else {
        panic!("made now")
    };
    assert_eq!(analysis.faces.len(), 100);
}

#[tokio::test]
async fn a_key_is_for_one_request() {
    let world = World::default();
    world.upload(ADA, 1, "image/jpeg", jpeg(100, 100));
    world.upload(ADA, 2, "image/jpeg", jpeg(100, 100));
    let keyed = |n, attributes| Order {
        key_digest: Some("key".to_owned()),
        attributes,
        ..order(n)
    };
    let run = async |order: Order| analyze(&world, &order, analysis_id(7), now()).await;
    assert!(matches!(run(keyed(1, None)).await, Ok(Made::Now(_))));
    assert!(matches!(run(keyed(1, None)).await, Ok(Made::Before(_))));
    assert!(matches!(run(keyed(2, None)).await, Err(AnalyzeError::KeyReused)));
    assert!(matches!(
        run(keyed(1, Some(vec![Attribute::Smile]))).await,
        Err(AnalyzeError::KeyReused)
    ));
}
