//! People's tables, pictures and collections as the adapters use them, with the rights that the deployed template gives to
//! the functions.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use aws::{
    collections::{FaceCollections, Indexed},
    erasure::{Folder, OwnedObjects},
    people::{
        AddFaceError, ChangePersonError, ConsentRow, CreatePersonError, ErasureRow, FaceRow, PeopleTable,
        PersonRow,
    },
    photos::{Bucket, ObjectKey},
};
use domain::{FaceFault, FaceId, PersonId, UserId};
use futures::FutureExt as _;
use jiff::Timestamp;
use stack::{FunctionPlan, Invoke, Running};
use tempfile::TempDir;
use uuid::Uuid;

use crate::world::{config, prepare, sdk};

/// The deployed template, running; its functions are never called.
struct Deployed {
    running: Running,
    aws: String,
    plans: Vec<FunctionPlan>,
    _folder: TempDir,
}

impl Deployed {
    async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let mut config = config(folder.path());
        config.template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
        let prepared = prepare(config).await.unwrap();
        let (plans, aws) = (prepared.functions(), prepared.aws_url());
        let answer: Invoke = Arc::new(|event, _| async { Ok(event) }.boxed());
        let invokes = plans
            .iter()
            .map(|it| (it.logical_id.clone(), answer.clone()))
            .collect();
        Self {
            running: prepared.start(invokes).await.unwrap(),
            aws,
            plans,
            _folder: folder,
        }
    }

    fn plan(&self, function: &str) -> &FunctionPlan {
        self.plans.iter().find(|it| it.logical_id == function).unwrap()
    }

    async fn sdk(&self, function: &str) -> aws_config::SdkConfig {
        let plan = self.plan(function);
        sdk(&self.aws, &plan.access_key, &plan.secret_key).await
    }

    async fn table(&self) -> PeopleTable {
        let name = self.plan("PeopleFunction").env["PEOPLE_TABLE"].clone();
        PeopleTable::new(&self.sdk("PeopleFunction").await, name)
    }

    fn images(&self) -> String {
        self.plan("PeopleFunction").env["IMAGES_BUCKET"].clone()
    }
}

const OWNER: UserId = UserId::from_uuid(Uuid::from_u128(1));
const STRANGER: UserId = UserId::from_uuid(Uuid::from_u128(2));

fn person(number: u128) -> PersonRow {
    let created_at = Timestamp::from_millisecond(1_795_000_000_123).unwrap();
    PersonRow {
        owner: OWNER,
        id: PersonId::from_uuid(Uuid::from_u128(number)),
        display_name: "Ada".to_owned(),
        external_id: None,
        consent: ConsentRow {
            notice_version: "2026-11".to_owned(),
            given_by: "Ada".to_owned(),
            at: created_at,
        },
        created_at,
        face_count: 0,
        is_erasing: false,
        fingerprint: "f".to_owned(),
    }
}

/// Younger faces have smaller identifiers.
fn face(of: PersonId, number: u8) -> FaceRow {
    FaceRow {
        id: FaceId::from_uuid(Uuid::from_u128(100 - u128::from(number))),
        person: of,
        indexed_as: number.to_string(),
        added_at: Timestamp::from_millisecond(1_795_000_000_000 + i64::from(number)).unwrap(),
        quality: (51.5, 80.25),
        pose: (1.0, -2.5, 3.1),
    }
}

#[tokio::test]
async fn people_are_their_owners_and_listed_newest_first() {
    let deployed = Deployed::start().await;
    let table = deployed.table().await;
    for number in [1, 2, 3] {
        table.create(&person(number)).await.unwrap();
    }
    let again = table.create(&person(2)).await.unwrap_err();
    assert!(matches!(again, CreatePersonError::Exists), "{again:?}");
    let id = person(2).id;
    assert_eq!(table.get(OWNER, id).await.unwrap(), Some(person(2)));
    assert_eq!(table.get(STRANGER, id).await.unwrap(), None);

    let changed = table.change(OWNER, id, None, Some("4711")).await.unwrap();
    let expected = PersonRow {
        external_id: Some("4711".to_owned()),
        ..person(2)
    };
    assert_eq!(changed, expected);
    let changed = table.change(OWNER, id, Some("Bob"), None).await.unwrap();
    assert_eq!(changed.display_name, "Bob");
    assert_eq!(changed.external_id.as_deref(), Some("4711"));
    assert_eq!(table.change(OWNER, id, None, None).await.unwrap(), changed);
    let nobody = table.change(STRANGER, id, Some("Eve"), None).await.unwrap_err();
    assert!(matches!(nobody, ChangePersonError::NotFound), "{nobody:?}");

    assert!(table.begin_erasing(OWNER, person(3).id).await.unwrap().is_some());
    let (page, after) = table.list(OWNER, 1, None).await.unwrap();
    assert_eq!(
        page,
        std::slice::from_ref(&changed),
        "who is being erased is left out"
    );
    assert_eq!(after, Some(id));
    let (page, after) = table.list(OWNER, 1, after).await.unwrap();
    assert_eq!((page, after), (vec![person(1)], None));
    assert_eq!(table.list(STRANGER, 9, None).await.unwrap(), (Vec::new(), None));
    deployed.running.stop().await;
}

#[tokio::test]
async fn faces_are_counted_and_never_too_many() {
    let deployed = Deployed::start().await;
    let table = deployed.table().await;
    let id = person(1).id;
    let refused = table.add_face(OWNER, &face(id, 1), 2).await.unwrap_err();
    assert!(matches!(refused, AddFaceError::NotFound), "{refused:?}");
    assert_eq!(table.enrolled(OWNER, id).await.unwrap(), None);
    table.create(&person(1)).await.unwrap();
    assert_eq!(table.enrolled(OWNER, id).await.unwrap(), Some(Vec::new()));

    table.add_face(OWNER, &face(id, 1), 2).await.unwrap();
    table.add_face(OWNER, &face(id, 2), 2).await.unwrap();
    for (number, expected) in [(3, "Full"), (2, "Exists")] {
        let refused = table.add_face(OWNER, &face(id, number), 2).await.unwrap_err();
        assert_eq!(format!("{refused:?}"), expected);
    }
    let refused = table.add_face(OWNER, &face(id, 2), 9).await.unwrap_err();
    assert!(matches!(refused, AddFaceError::Exists), "{refused:?}");
    let oldest_first = [face(id, 1), face(id, 2)];
    assert_eq!(table.faces(OWNER, id).await.unwrap(), oldest_first);
    let ids = oldest_first.map(|it| it.id).to_vec();
    assert_eq!(table.enrolled(OWNER, id).await.unwrap(), Some(ids));

    let removed = async |number| table.remove_face(OWNER, id, face(id, number).id).await.unwrap();
    assert!(removed(1).await);
    assert!(!removed(1).await);
    assert_eq!(table.get(OWNER, id).await.unwrap().unwrap().face_count, 1);
    let nobody = person(2).id;
    assert!(
        !table
            .remove_face(OWNER, nobody, face(nobody, 1).id)
            .await
            .unwrap()
    );
    deployed.running.stop().await;
}

#[tokio::test]
async fn who_is_being_erased_is_nobody_and_gets_no_face() {
    let deployed = Deployed::start().await;
    let table = deployed.table().await;
    let id = person(1).id;
    assert_eq!(table.begin_erasing(OWNER, id).await.unwrap(), None);
    let none = BTreeSet::new();
    assert_eq!(table.note_erased(OWNER, id, &none, &none).await.unwrap(), None);
    table.create(&person(1)).await.unwrap();
    table.add_face(OWNER, &face(id, 1), 9).await.unwrap();
    for _ in 0..2 {
        let begun = table.begin_erasing(OWNER, id).await.unwrap();
        assert_eq!(begun, Some(ErasureRow::default()));
    }
    // From now on nothing names them.
    let nameless = table.get(OWNER, id).await.unwrap().unwrap();
    assert!(nameless.is_erasing);
    assert_eq!(
        (nameless.display_name, nameless.external_id),
        (String::new(), None)
    );
    assert_eq!(nameless.consent.given_by + &nameless.consent.notice_version, "");
    assert_eq!(table.enrolled(OWNER, id).await.unwrap(), None);
    // Also where the face is there already.
    for number in [1, 2] {
        let refused = table.add_face(OWNER, &face(id, number), 9).await.unwrap_err();
        assert!(matches!(refused, AddFaceError::NotFound), "{refused:?}");
    }
    let nobody = table.change(OWNER, id, Some("Eve"), None).await.unwrap_err();
    assert!(matches!(nobody, ChangePersonError::NotFound), "{nobody:?}");

    assert_eq!(table.erasing(OWNER).await.unwrap(), [id]);
    // What is noted adds up, and counts once.
    let names = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
    let note = async |described: &[&str], pictured: &[&str]| {
        let (described, pictured) = (names(described), names(pictured));
        table.note_erased(OWNER, id, &described, &pictured).await.unwrap()
    };
    note(&["a"], &[]).await.unwrap();
    let mut erased = ErasureRow {
        descriptions: names(&["a", "b"]),
        pictures: names(&["p"]),
        erased_at: None,
    };
    assert_eq!(note(&["a", "b"], &["p"]).await.as_ref(), Some(&erased));
    assert_eq!(note(&[], &[]).await.as_ref(), Some(&erased));

    let at = person(1).created_at;
    let expires_at = at + std::time::Duration::from_hours(100_000);
    for _ in 0..2 {
        table.forget(OWNER, id, at, expires_at).await.unwrap();
        assert_eq!(table.erasing(OWNER).await.unwrap(), []);
        assert!(table.get(OWNER, id).await.unwrap().unwrap().is_erasing);
        assert_eq!(table.faces(OWNER, id).await.unwrap(), []);
        assert_eq!(table.enrolled(OWNER, id).await.unwrap(), None);
        assert_eq!(table.list(OWNER, 9, None).await.unwrap(), (Vec::new(), None));
        let refused = table.add_face(OWNER, &face(id, 3), 9).await.unwrap_err();
        assert!(matches!(refused, AddFaceError::NotFound), "{refused:?}");
        let again = table.create(&person(1)).await.unwrap_err();
        assert!(matches!(again, CreatePersonError::Exists), "{again:?}");
        // The receipt can be had again.
        erased.erased_at = Some(at);
        assert_eq!(
            table.begin_erasing(OWNER, id).await.unwrap().as_ref(),
            Some(&erased)
        );
    }
    // Whoever is not being erased is not forgotten, nor is anybody made of nothing.
    table.create(&person(2)).await.unwrap();
    for number in [2, 3] {
        table
            .forget(OWNER, person(number).id, at, expires_at)
            .await
            .unwrap();
    }
    assert_eq!(table.get(OWNER, person(2).id).await.unwrap(), Some(person(2)));
    assert_eq!(table.get(OWNER, person(3).id).await.unwrap(), None);
    deployed.running.stop().await;
}

#[tokio::test]
async fn the_pictures_of_a_person_go_together_and_those_of_analyses_are_out_of_reach() {
    let deployed = Deployed::start().await;
    let images = Bucket::new(&deployed.sdk("PeopleFunction").await, deployed.images());
    for of in [1, 2] {
        for number in [1, 2] {
            let (person, face) = (person(of).id, face(person(of).id, number).id);
            let key = ObjectKey::person_face(OWNER, person, face);
            images.put(&key, "image/jpeg", vec![1]).await.unwrap();
        }
    }
    let erase = async |of| images.delete_person_pictures(OWNER, person(of).id).await.unwrap();
    assert_eq!((erase(1).await, erase(1).await), (2, 0));
    let key = ObjectKey::person_face(OWNER, person(2).id, face(person(2).id, 1).id);
    images.get(&key, 9).await.unwrap();
    let analysis = domain::AnalysisId::from_uuid(Uuid::from_u128(9));
    let key = ObjectKey::image(OWNER, analysis, "original");
    images.put(&key, "image/jpeg", vec![1]).await.unwrap_err();
    images.get(&key, 9).await.unwrap_err();
    // To list somebody's people is not to list all that he has.
    let everything = OwnedObjects::new(
        &deployed.sdk("PeopleFunction").await,
        deployed.images(),
        Folder::BelowU,
    );
    let refused = everything.erase(OWNER).await.unwrap_err();
    assert!(refused.source.to_string().contains("AccessDenied"), "{refused:?}");
    deployed.running.stop().await;
}

#[tokio::test]
async fn a_collection_is_made_when_it_is_needed_and_erased_by_the_eraser_alone() {
    let deployed = Deployed::start().await;
    let prefix = deployed.plan("PeopleFunction").env["COLLECTION_PREFIX"].clone();
    let sdk = deployed.sdk("PeopleFunction").await;
    let (images, collections) = (
        Bucket::new(&sdk, deployed.images()),
        FaceCollections::new(&sdk, prefix.clone()),
    );
    let eraser = FaceCollections::new(&deployed.sdk("EraseAccountFunction").await, prefix.clone());
    let id = person(1).id;
    let grey = picture::Picture {
        width: 100,
        height: 100,
        rgb: vec![128; 3 * 100 * 100],
        format: picture::Format::Jpeg,
    };
    let key = ObjectKey::person_face(OWNER, id, face(id, 1).id);
    let jpeg = picture::encode_jpeg(&grey, 90);
    images.put(&key, "image/jpeg", jpeg.clone()).await.unwrap();

    // Before there is one.
    assert_eq!(collections.find(OWNER, jpeg.clone(), 99.0).await.unwrap(), []);
    assert!(collections.of_person(OWNER, id).await.unwrap().is_empty());
    let unknown = [Uuid::from_u128(7).to_string()];
    assert_eq!(collections.remove(OWNER, &unknown).await.unwrap(), 0);
    assert!(!eraser.erase(OWNER).await.unwrap());

    // Nobody is seen in it, and the collection is made all the same.
    for _ in 0..2 {
        let indexed = collections.add(OWNER, id, images.name(), &key).await.unwrap();
        assert_eq!(indexed, Indexed::Refused(vec![FaceFault::NoFace]));
    }
    assert_eq!(collections.find(OWNER, jpeg.clone(), 99.0).await.unwrap(), []);
    assert!(collections.of_person(OWNER, id).await.unwrap().is_empty());
    assert_eq!(collections.remove(OWNER, &unknown).await.unwrap(), 0);

    collections.erase(OWNER).await.unwrap_err();
    assert!(eraser.erase(OWNER).await.unwrap());
    assert!(!eraser.erase(OWNER).await.unwrap());
    // Collections of anything else in the account are not theirs, be it a stack whose name begins with this one's.
    for other in ["visitors".to_owned(), format!("{prefix}-dev")] {
        let others = FaceCollections::new(&sdk, other);
        others.add(OWNER, id, images.name(), &key).await.unwrap_err();
    }
    deployed.running.stop().await;
}
