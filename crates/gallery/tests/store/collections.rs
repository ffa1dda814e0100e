//! What collections do, as callers see it.

use std::collections::BTreeMap;
use std::sync::Arc;

use gallery::{
    AssociationRefusal, DeletionRefusal, DisassociationRefusal, Error, FaceFilter, FaceId, Limits, Model,
    Nearest, PageToken, Quota, Refused, Store, UserStatus,
};
use jiff::SignedDuration;

use tempfile::tempdir;
use uuid::Uuid;

use crate::support::*;

const NOBODY: FaceId = FaceId(Uuid::nil());

#[test]
fn a_collection_describes_itself() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let people = people(&store);
    add(&people, "image", &at(1.0));
    people.create_user(user("ada"), None).unwrap();
    let described = people.describe().unwrap();
    assert_eq!(described.id, collection_id("people"));
    assert_eq!(described.model, model());
    assert_eq!(described.created_at.as_microsecond(), 1_800_000_000_000_000);
    assert_eq!((described.n_faces, described.n_users), (1, 1));
}

#[test]
fn a_name_is_given_once_and_upper_and_lower_case_differ() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    people(&store);
    let again = store.create_collection(&collection_id("people"), &model(), BTreeMap::new());
    assert!(matches!(again, Err(Error::CollectionExists)));
    store
        .create_collection(&collection_id("People"), &model(), BTreeMap::new())
        .unwrap();
}

#[test]
fn names_that_mean_something_to_a_file_system_are_names_like_others() {
    let folder = tempdir().unwrap();
    let names = [".", "..", "-", "lock", "CON"];
    let store = open(folder.path());
    for name in names {
        store
            .create_collection(&collection_id(name), &model(), BTreeMap::new())
            .unwrap();
    }
    drop(store);
    let store = open(folder.path());
    for name in names {
        assert_eq!(
            store.collection(&collection_id(name)).unwrap().id().as_str(),
            name
        );
    }
}

#[test]
fn collections_are_listed_in_pages_that_survive_deletions() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    for name in ["c", "a", "b", "d", "e"] {
        store
            .create_collection(&collection_id(name), &model(), BTreeMap::new())
            .unwrap();
    }
    let names = |page: &gallery::Page<gallery::Collection>| -> Vec<String> {
        page.items.iter().map(|it| it.id().as_str().to_owned()).collect()
    };
    let first = store.list_collections(limit(2), None).unwrap();
    assert_eq!(names(&first), ["c", "a"]);
    store.delete_collection(&collection_id("a")).unwrap();
    store.delete_collection(&collection_id("b")).unwrap();
    let second = store.list_collections(limit(2), first.next.as_ref()).unwrap();
    assert_eq!(
        (names(&second), second.next),
        (vec!["d".to_owned(), "e".to_owned()], None)
    );
}

#[test]
fn a_deleted_collection_is_gone_also_for_those_who_hold_it() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let held = people(&store);
    add(&held, "image", &at(1.0));
    store.delete_collection(held.id()).unwrap();
    assert!(matches!(
        store.collection(held.id()),
        Err(Error::NoSuchCollection)
    ));
    assert!(matches!(
        store.delete_collection(held.id()),
        Err(Error::NoSuchCollection)
    ));
    assert!(matches!(held.describe(), Err(Error::NoSuchCollection)));
    assert!(matches!(
        held.create_user(user("ada"), None),
        Err(Error::NoSuchCollection)
    ));
    assert!(matches!(
        held.add_faces(new_faces("x", None, &[at(1.0)])),
        Err(Error::NoSuchCollection)
    ));
    assert!(matches!(held.compact(), Err(Error::NoSuchCollection)));

    let again = people(&store);
    assert_eq!(again.describe().unwrap().n_faces, 0);
    drop((store, held, again));
    assert_eq!(
        open(folder.path())
            .collection(&collection_id("people"))
            .unwrap()
            .describe()
            .unwrap()
            .n_faces,
        0
    );
}

#[test]
fn a_collection_refuses_embeddings_of_another_model_and_names_both() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    let other = Model::new("another", DIMENSION).unwrap();
    let theirs = gallery::Embedding::new(&other, [0.0; DIMENSION]).unwrap();
    let names = |error: Error| match error {
        Error::Model(it) => (it.expected.name().to_owned(), it.found.name().to_owned()),
        other => panic!("{other}"),
    };
    let expected = ("test".to_owned(), "another".to_owned());
    assert_eq!(
        names(people.search_faces(&theirs, Nearest::of(1)).unwrap_err()),
        expected
    );
    assert_eq!(
        names(people.search_users(&theirs, Nearest::of(1)).unwrap_err()),
        expected
    );
    assert_eq!(
        names(
            people
                .add_faces(new_faces("x", None, &[at(1.0), theirs]))
                .unwrap_err()
        ),
        expected
    );
    assert_eq!(people.describe().unwrap().n_faces, 0);
}

#[test]
fn tags_are_added_replaced_and_removed() {
    let folder = tempdir().unwrap();
    let limits = Limits {
        tags_per_collection: 3,
        ..Limits::default()
    };
    let store = Store::open(folder.path(), gallery::Options { limits, ..options() }).unwrap();
    let tags = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    let people = store
        .create_collection(&collection_id("p"), &model(), tags(&[("a", "1"), ("b", "2")]))
        .unwrap();
    people.tag(tags(&[("b", "3"), ("c", "4")])).unwrap();
    people.untag(vec!["a".to_owned(), "never".to_owned()]).unwrap();
    assert_eq!(people.tags().unwrap(), tags(&[("b", "3"), ("c", "4")]));
    let too_many = people.tag(tags(&[("d", ""), ("e", "")]));
    assert!(matches!(too_many, Err(Error::Quota(Quota::TagsPerCollection(3)))));
    drop((store, people));
    let people = open(folder.path()).collection(&collection_id("p")).unwrap();
    assert_eq!(people.tags().unwrap(), tags(&[("b", "3"), ("c", "4")]));
}

#[test]
fn an_image_sent_again_keeps_its_faces_and_their_names() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    let first = people
        .add_faces(new_faces("image", Some(external("a")), &[at(1.0), at(2.0)]))
        .unwrap();
    assert!(first.faces.iter().all(|it| it.is_new));
    let again = people
        .add_faces(new_faces("image", Some(external("a")), &[at(1.0), at(2.0)]))
        .unwrap();
    assert!(again.faces.iter().all(|it| !it.is_new));
    assert_eq!((first.image_id, ids(&first)), (again.image_id, ids(&again)));
    assert_eq!(people.describe().unwrap().n_faces, 2);
}

#[test]
fn another_image_or_another_external_id_makes_other_faces() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    let images = [
        ("image", None),
        ("image", Some(external("a"))),
        ("image", Some(external("b"))),
        ("other", Some(external("a"))),
    ];
    for (image, external) in images {
        let added = people.add_faces(new_faces(image, external, &[at(1.0)])).unwrap();
        assert!(added.faces[0].is_new);
    }
    assert_eq!(people.describe().unwrap().n_faces, 4);
}

#[test]
fn more_faces_of_a_known_image_are_added_to_it() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    let first = people.add_faces(new_faces("image", None, &[at(1.0)])).unwrap();
    let second = people
        .add_faces(new_faces("image", None, &[at(1.0), at(2.0), at(3.0)]))
        .unwrap();
    assert_eq!(second.image_id, first.image_id);
    assert_eq!(
        second.faces.iter().map(|it| it.is_new).collect::<Vec<_>>(),
        [false, true, true]
    );
    assert_eq!(ids(&second)[0], ids(&first)[0]);

    // A little to the side it is still the same face, as another version of a detector would see it.
    let mut moved = new_faces("image", None, &[at(1.0)]);
    moved.faces[0].bounds.left += 0.1;
    assert_eq!(ids(&people.add_faces(moved).unwrap()), ids(&first));
}

#[test]
fn a_face_that_was_deleted_is_added_again_under_another_name() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    let first = people
        .add_faces(new_faces("image", None, &[at(1.0), at(2.0)]))
        .unwrap();
    people.delete_faces(vec![ids(&first)[0]]).unwrap();
    let second = people
        .add_faces(new_faces("image", None, &[at(1.0), at(2.0)]))
        .unwrap();
    assert_eq!(second.image_id, first.image_id);
    assert_eq!(
        second.faces.iter().map(|it| it.is_new).collect::<Vec<_>>(),
        [true, false]
    );
    assert_ne!(ids(&second)[0], ids(&first)[0]);
}

#[test]
fn an_image_without_faces_adds_nothing() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    assert!(
        people
            .add_faces(new_faces("image", None, &[]))
            .unwrap()
            .faces
            .is_empty()
    );
    assert_eq!(people.describe().unwrap().n_faces, 0);
}

#[test]
fn a_full_collection_takes_no_face_and_keeps_what_it_has() {
    let folder = tempdir().unwrap();
    let limits = Limits {
        faces_per_collection: 3,
        users_per_collection: 1,
        ..Limits::default()
    };
    let store = Store::open(folder.path(), gallery::Options { limits, ..options() }).unwrap();
    let people = people(&store);
    people
        .add_faces(new_faces("image", None, &[at(1.0), at(2.0)]))
        .unwrap();
    let too_many = people.add_faces(new_faces("other", None, &[at(1.0), at(2.0)]));
    assert!(matches!(
        too_many,
        Err(Error::Quota(Quota::FacesPerCollection(3)))
    ));
    assert_eq!(people.describe().unwrap().n_faces, 2);
    people.add_faces(new_faces("other", None, &[at(1.0)])).unwrap();
    // What is there already needs no room.
    people
        .add_faces(new_faces("image", None, &[at(1.0), at(2.0)]))
        .unwrap();

    people.create_user(user("ada"), None).unwrap();
    let too_many = people.create_user(user("bob"), None);
    assert!(matches!(
        too_many,
        Err(Error::Quota(Quota::UsersPerCollection(1)))
    ));
}

#[test]
fn faces_are_listed_in_pages_that_survive_changes() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    let faces: Vec<_> = (0..10)
        .map(|it| add(&people, &format!("{it}"), &at(it as f32)))
        .collect();
    let page = |after: Option<&PageToken>| {
        people
            .list_faces(&FaceFilter::default(), limit(3), after)
            .unwrap()
    };
    let names =
        |page: &gallery::Page<gallery::Face>| -> Vec<FaceId> { page.items.iter().map(|it| it.id).collect() };

    let first = page(None);
    assert_eq!(names(&first), faces[..3]);
    // The one that the token points at, one that comes next, and a new one.
    people.delete_faces(vec![faces[2], faces[3]]).unwrap();
    let new = add(&people, "new", &at(0.0));
    let second = page(first.next.as_ref());
    assert_eq!(names(&second), faces[4..7]);
    let third = page(second.next.as_ref());
    assert_eq!(names(&third), faces[7..]);
    people.compact().unwrap();
    let fourth = page(third.next.as_ref());
    assert_eq!((names(&fourth), fourth.next), (vec![new], None));
}

#[test]
fn a_page_token_is_good_for_its_own_list_only() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let people = people(&store);
    let faces: Vec<_> = (0..4)
        .map(|it| add(&people, &format!("{it}"), &at(0.0)))
        .collect();
    for name in ["ada", "bob"] {
        people.create_user(user(name), None).unwrap();
    }
    let next = people
        .list_faces(&FaceFilter::default(), limit(1), None)
        .unwrap()
        .next;
    assert!(next.is_some());
    let refused = |outcome: Result<(), Error>| assert!(matches!(outcome, Err(Error::InvalidPageToken)));

    let of_ada = FaceFilter {
        user: Some(user("ada")),
        ids: None,
    };
    let some = FaceFilter {
        user: None,
        ids: Some(faces),
    };
    refused(people.list_faces(&of_ada, limit(1), next.as_ref()).map(drop));
    refused(people.list_faces(&some, limit(1), next.as_ref()).map(drop));
    refused(people.list_users(limit(1), next.as_ref()).map(drop));
    refused(store.list_collections(limit(1), next.as_ref()).map(drop));
    refused(
        people
            .list_users(limit(1), Some(&PageToken::new("nonsense")))
            .map(drop),
    );

    let other = store
        .create_collection(&collection_id("other"), &model(), BTreeMap::new())
        .unwrap();
    refused(
        other
            .list_faces(&FaceFilter::default(), limit(1), next.as_ref())
            .map(drop),
    );
}

#[test]
fn faces_are_listed_by_user_and_by_name() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    let faces: Vec<_> = (0..5)
        .map(|it| add(&people, &format!("{it}"), &at(0.0)))
        .collect();
    people.create_user(user("ada"), None).unwrap();
    people
        .associate_faces(user("ada"), vec![faces[3], faces[1]], within(1.0), None)
        .unwrap();

    let listed = |filter: &FaceFilter| -> Vec<FaceId> {
        all(|after| people.list_faces(filter, limit(1), after).unwrap())
            .iter()
            .map(|it| it.id)
            .collect()
    };
    let of_ada = FaceFilter {
        user: Some(user("ada")),
        ids: None,
    };
    assert_eq!(listed(&of_ada), [faces[1], faces[3]]);
    let some = FaceFilter {
        user: None,
        ids: Some(vec![faces[4], NOBODY, faces[0], faces[4]]),
    };
    assert_eq!(listed(&some), [faces[0], faces[4]]);
    let both = FaceFilter {
        user: Some(user("ada")),
        ids: Some(vec![faces[0], faces[3]]),
    };
    assert_eq!(listed(&both), [faces[3]]);
    let of_nobody = FaceFilter {
        user: Some(user("bob")),
        ids: None,
    };
    assert!(matches!(
        people.list_faces(&of_nobody, limit(1), None),
        Err(Error::NoSuchUser)
    ));
}

#[test]
fn faces_are_deleted_unless_unknown_or_a_users() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    let faces: Vec<_> = (0..3)
        .map(|it| add(&people, &format!("{it}"), &at(it as f32)))
        .collect();
    people.create_user(user("ada"), None).unwrap();
    people
        .associate_faces(user("ada"), vec![faces[1]], within(1.0), None)
        .unwrap();
    let deletion = people
        .delete_faces(vec![faces[0], faces[1], NOBODY, faces[0]])
        .unwrap();
    assert_eq!(deletion.deleted, [faces[0]]);
    let refused = [
        Refused {
            face: faces[1],
            reason: DeletionRefusal::AssociatedToUser(user("ada")),
        },
        Refused {
            face: NOBODY,
            reason: DeletionRefusal::FaceNotFound,
        },
    ];
    assert_eq!(deletion.refused, refused);
    let left: Vec<_> = all_faces(&people).iter().map(|it| it.id).collect();
    assert_eq!(left, faces[1..]);
    let found = people.search_faces(&at(0.0), Nearest::of(10)).unwrap();
    assert_eq!(found.iter().map(|it| it.face.id).collect::<Vec<_>>(), faces[1..]);
}

#[test]
fn a_face_finds_its_neighbors_and_not_itself() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    let faces: Vec<_> = [0.0, 0.0, 1.0, 5.0]
        .iter()
        .map(|it| add(&people, &format!("{it}"), &at(*it)))
        .collect();
    // "0" and "0" are one image; so there are three faces.
    assert_eq!(faces[0], faces[1]);
    let twin = add(&people, "twin", &at(0.0));

    let found = |face, wanted| -> Vec<(FaceId, f32)> {
        let found = people.search_faces_like(face, wanted).unwrap();
        found
            .iter()
            .map(|it| (it.face.id, it.distance.squared()))
            .collect()
    };
    assert_eq!(
        found(faces[0], Nearest::of(10)),
        [(twin, 0.0), (faces[2], 1.0), (faces[3], 25.0)]
    );
    assert_eq!(found(twin, Nearest::of(1)), [(faces[0], 0.0)]);
    assert_eq!(
        found(faces[0], Nearest::of(10).within(within(1.0))),
        [(twin, 0.0), (faces[2], 1.0)]
    );
    assert!(matches!(
        people.search_faces_like(NOBODY, Nearest::of(1)),
        Err(Error::NoSuchFace(NOBODY))
    ));
}

#[test]
fn users_are_created_once_listed_and_deleted() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    for name in ["cleo", "ada", "bob"] {
        people.create_user(user(name), None).unwrap();
    }
    assert!(matches!(
        people.create_user(user("ada"), None),
        Err(Error::UserExists)
    ));
    let face = add(&people, "image", &at(0.0));
    people
        .associate_faces(user("ada"), vec![face], within(1.0), None)
        .unwrap();
    let listed = || -> Vec<(String, UserStatus)> {
        let users = all(|after| people.list_users(limit(1), after).unwrap());
        users
            .into_iter()
            .map(|it| (it.id.as_str().to_owned(), it.status))
            .collect()
    };
    let entry = |name: &str, status| (name.to_owned(), status);
    assert_eq!(
        listed(),
        [
            entry("cleo", UserStatus::Created),
            entry("ada", UserStatus::Active),
            entry("bob", UserStatus::Created)
        ]
    );

    people.delete_user(user("ada"), None).unwrap();
    assert!(matches!(
        people.delete_user(user("ada"), None),
        Err(Error::NoSuchUser)
    ));
    assert_eq!(
        listed(),
        [
            entry("cleo", UserStatus::Created),
            entry("bob", UserStatus::Created)
        ]
    );
    assert_eq!(all_faces(&people)[0].user, None);
    assert!(people.search_users(&at(0.0), Nearest::of(10)).unwrap().is_empty());
    assert_eq!(people.delete_faces(vec![face]).unwrap().deleted, [face]);
}

#[test]
fn faces_are_associated_if_they_are_near_enough_to_the_user() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    for name in ["ada", "bob"] {
        people.create_user(user(name), None).unwrap();
    }
    let faces: Vec<_> = [0.0, 1.0, 9.0, 2.0]
        .iter()
        .map(|it| add(&people, &format!("{it}"), &at(*it)))
        .collect();
    let bobs = add(&people, "bob", &at(0.5));
    people
        .associate_faces(user("bob"), vec![bobs], within(0.0), None)
        .unwrap();

    let request = vec![faces[0], faces[1], faces[2], NOBODY, bobs, faces[0]];
    let association = people
        .associate_faces(user("ada"), request, within(1.5), None)
        .unwrap();
    assert_eq!(association.associated, faces[..2]);
    assert_eq!(association.unchanged, []);
    // The user is the mean of 0 and 1 by then.
    let refused = [
        Refused {
            face: faces[2],
            reason: AssociationRefusal::TooFar(within(8.5)),
        },
        Refused {
            face: NOBODY,
            reason: AssociationRefusal::FaceNotFound,
        },
        Refused {
            face: bobs,
            reason: AssociationRefusal::AssociatedToAnotherUser(user("bob")),
        },
    ];
    assert_eq!(association.refused, refused);
    assert_eq!(association.status, UserStatus::Active);

    let again = people
        .associate_faces(user("ada"), vec![faces[1], faces[3]], within(1.5), None)
        .unwrap();
    assert_eq!(
        (again.associated, again.unchanged),
        (vec![faces[3]], vec![faces[1]])
    );
    let nobody = people.associate_faces(user("cleo"), vec![faces[2]], within(1.0), None);
    assert!(matches!(nobody, Err(Error::NoSuchUser)));
}

#[test]
fn a_user_has_no_more_faces_than_allowed() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    people.create_user(user("ada"), None).unwrap();
    let faces: Vec<_> = (0..101)
        .map(|it| add(&people, &format!("{it}"), &at(0.0)))
        .collect();
    people
        .associate_faces(user("ada"), faces[..99].to_vec(), within(1.0), None)
        .unwrap();
    let too_many = people.associate_faces(user("ada"), faces[99..].to_vec(), within(1.0), None);
    assert!(matches!(too_many, Err(Error::Quota(Quota::FacesPerUser(100)))));
    let ok = people
        .associate_faces(user("ada"), faces[98..100].to_vec(), within(1.0), None)
        .unwrap();
    assert_eq!((ok.associated, ok.unchanged), (vec![faces[99]], vec![faces[98]]));
    // Nothing to add, nothing to refuse.
    let same = people
        .associate_faces(user("ada"), faces[..100].to_vec(), within(1.0), None)
        .unwrap();
    assert_eq!(same.unchanged, faces[..100]);
}

#[test]
fn faces_are_disassociated_if_they_are_the_users() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    for name in ["ada", "bob"] {
        people.create_user(user(name), None).unwrap();
    }
    let faces: Vec<_> = (0..4)
        .map(|it| add(&people, &format!("{it}"), &at(0.0)))
        .collect();
    people
        .associate_faces(user("ada"), faces[..2].to_vec(), within(1.0), None)
        .unwrap();
    people
        .associate_faces(user("bob"), vec![faces[2]], within(1.0), None)
        .unwrap();

    let request = vec![faces[1], faces[2], faces[3], NOBODY, faces[1]];
    let outcome = people.disassociate_faces(user("ada"), request, None).unwrap();
    assert_eq!(outcome.disassociated, [faces[1]]);
    let refused = [
        Refused {
            face: faces[2],
            reason: DisassociationRefusal::AssociatedToAnotherUser(user("bob")),
        },
        Refused {
            face: faces[3],
            reason: DisassociationRefusal::NotAssociated,
        },
        Refused {
            face: NOBODY,
            reason: DisassociationRefusal::FaceNotFound,
        },
    ];
    assert_eq!(outcome.refused, refused);
    assert_eq!(outcome.status, UserStatus::Active);
    let last = people
        .disassociate_faces(user("ada"), vec![faces[0]], None)
        .unwrap();
    assert_eq!(last.status, UserStatus::Created);
    assert!(matches!(
        people.disassociate_faces(user("cleo"), vec![], None),
        Err(Error::NoSuchUser)
    ));
}

#[test]
fn users_are_found_by_the_mean_of_their_faces() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    for (name, points) in [("ada", [0.0, 2.0]), ("bob", [9.0, 11.0])] {
        people.create_user(user(name), None).unwrap();
        let faces = points
            .iter()
            .map(|it| add(&people, &format!("{it}"), &at(*it)))
            .collect();
        people
            .associate_faces(user(name), faces, within(2.0), None)
            .unwrap();
    }
    people.create_user(user("faceless"), None).unwrap();
    let named = |found: Vec<gallery::UserMatch>| -> Vec<(String, f32)> {
        found
            .iter()
            .map(|it| (it.user.id.as_str().to_owned(), it.distance.squared()))
            .collect()
    };
    let entry = |name: &str, squared| (name.to_owned(), squared);

    let found = people.search_users(&at(0.0), Nearest::of(10)).unwrap();
    assert_eq!(found[0].user.status, UserStatus::Active);
    assert_eq!(named(found), [entry("ada", 1.0), entry("bob", 100.0)]);
    let first = all_faces(&people)[0].id;
    let found = people.search_users_like_face(first, Nearest::of(10)).unwrap();
    assert_eq!(named(found), [entry("ada", 1.0), entry("bob", 100.0)]);
    let found = people.search_users_like(&user("ada"), Nearest::of(10)).unwrap();
    assert_eq!(named(found), [entry("bob", 81.0)]);
    assert!(
        people
            .search_users_like(&user("ada"), Nearest::of(10).within(within(8.0)))
            .unwrap()
            .is_empty()
    );
    assert!(
        people
            .search_users_like(&user("faceless"), Nearest::of(10))
            .unwrap()
            .is_empty()
    );
    assert!(matches!(
        people.search_users_like(&user("cleo"), Nearest::of(1)),
        Err(Error::NoSuchUser)
    ));
    assert!(matches!(
        people.search_users_like_face(NOBODY, Nearest::of(1)),
        Err(Error::NoSuchFace(_))
    ));

    people.disassociate_faces(user("ada"), vec![first], None).unwrap();
    assert_eq!(
        named(people.search_users(&at(0.0), Nearest::of(1)).unwrap()),
        [entry("ada", 4.0)]
    );
}

#[test]
fn a_request_sent_again_with_its_token_is_answered_the_same() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let people = people(&store);
    let faces: Vec<_> = (0..2)
        .map(|it| add(&people, &format!("{it}"), &at(it as f32 * 5.0)))
        .collect();

    let create = |people: &gallery::Collection| people.create_user(user("ada"), Some(token("t1")));
    let associate = |people: &gallery::Collection| {
        people.associate_faces(user("ada"), faces.clone(), within(1.0), Some(token("t2")))
    };
    let disassociate = |people: &gallery::Collection| {
        people.disassociate_faces(user("ada"), faces.clone(), Some(token("t3")))
    };
    let delete = |people: &gallery::Collection| people.delete_user(user("ada"), Some(token("t4")));

    create(&people).unwrap();
    create(&people).unwrap();
    let associated = associate(&people).unwrap();
    assert_eq!((associated.associated.len(), associated.refused.len()), (1, 1));
    assert_eq!(associate(&people).unwrap(), associated);
    let disassociated = disassociate(&people).unwrap();
    assert_eq!(disassociate(&people).unwrap(), disassociated);
    // Answered, but not carried out again.
    assert_eq!(associate(&people).unwrap(), associated);
    assert_eq!(all_faces(&people)[0].user, None);
    delete(&people).unwrap();
    delete(&people).unwrap();

    people.compact().unwrap();
    drop((store, people));
    let people = open(folder.path()).collection(&collection_id("people")).unwrap();
    create(&people).unwrap();
    assert_eq!(associate(&people).unwrap(), associated);
    assert_eq!(disassociate(&people).unwrap(), disassociated);
    delete(&people).unwrap();
    assert_eq!(people.describe().unwrap().n_users, 0);
}

#[test]
fn a_token_used_for_another_request_is_refused() {
    let folder = tempdir().unwrap();
    let people = people(&open(folder.path()));
    people.create_user(user("ada"), Some(token("t"))).unwrap();
    assert!(matches!(
        people.create_user(user("bob"), Some(token("t"))),
        Err(Error::TokenReused)
    ));
    assert!(matches!(
        people.delete_user(user("ada"), Some(token("t"))),
        Err(Error::TokenReused)
    ));
    let face = add(&people, "image", &at(0.0));
    people
        .associate_faces(user("ada"), vec![face], within(1.0), Some(token("u")))
        .unwrap();
    let other = people.associate_faces(user("ada"), vec![face], within(2.0), Some(token("u")));
    assert!(matches!(other, Err(Error::TokenReused)));
    // A refusal is not remembered.
    assert!(matches!(
        people.create_user(user("ada"), Some(token("v"))),
        Err(Error::UserExists)
    ));
    people.create_user(user("cleo"), Some(token("v"))).unwrap();
}

#[test]
fn a_token_is_forgotten_after_a_day() {
    let folder = tempdir().unwrap();
    let clock = TestClock::new();
    let options = gallery::Options {
        clock: Arc::clone(&clock) as _,
        ..options()
    };
    let people = people(&Store::open(folder.path(), options).unwrap());
    people.create_user(user("ada"), Some(token("t"))).unwrap();
    clock.advance(SignedDuration::from_hours(23));
    people.create_user(user("ada"), Some(token("t"))).unwrap();
    clock.advance(SignedDuration::from_hours(1));
    assert!(matches!(
        people.create_user(user("ada"), Some(token("t"))),
        Err(Error::UserExists)
    ));
    people.create_user(user("bob"), Some(token("t"))).unwrap();
    people.create_user(user("bob"), Some(token("t"))).unwrap();
}
