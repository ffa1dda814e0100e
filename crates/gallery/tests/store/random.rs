//! Random stories, told to a collection and to a simple model of one.

use std::collections::{BTreeMap, BTreeSet};

use gallery::{Collection, Embedding, FaceFilter, FaceId, Nearest, Store, UserStatus};
use proptest::prelude::*;
use tempfile::tempdir;

use crate::support::*;

#[derive(Clone, Debug)]
enum Step {
    Add { image: u8, points: Vec<u8> },
    Delete(Vec<u8>),
    CreateUser(u8),
    DeleteUser(u8),
    Associate { user: u8, faces: Vec<u8>, within: u8 },
    Disassociate { user: u8, faces: Vec<u8> },
    Compact,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let faces = || prop::collection::vec(0_u8..24, 1..6);
    let person = || 0_u8..4;
    prop_oneof![
        6 => (0_u8..12, prop::collection::vec(0_u8..16, 1..4)).prop_map(|(image, points)| Step::Add { image, points }),
        2 => faces().prop_map(Step::Delete),
        3 => person().prop_map(Step::CreateUser),
        1 => person().prop_map(Step::DeleteUser),
        4 => (person(), faces(), 0_u8..16)
            .prop_map(|(user, faces, within)| Step::Associate { user, faces, within }),
        2 => (person(), faces()).prop_map(|(user, faces)| Step::Disassociate { user, faces }),
        1 => Just(Step::Compact),
        1 => Just(Step::Reopen),
    ]
}

/// What a collection should show.
#[derive(Default)]
struct Told {
    /// In the order they were stored.
    faces: Vec<ToldFace>,
    users: BTreeSet<u8>,
}

struct ToldFace {
    id: FaceId,
    image: u8,
    number: usize,
    point: u8,
    user: Option<u8>,
}

impl Told {
    /// The face with a number, if there is one by now; otherwise one that never was.
    fn id(&self, number: u8) -> FaceId {
        self.faces
            .get(usize::from(number))
            .map_or(FaceId(uuid::Uuid::nil()), |it| it.id)
    }

    fn ids(&self, numbers: &[u8]) -> Vec<FaceId> {
        numbers.iter().map(|it| self.id(*it)).collect()
    }

    fn of(&self, user: u8) -> impl Iterator<Item = &ToldFace> {
        self.faces.iter().filter(move |it| it.user == Some(user))
    }

    fn vector(&self, user: u8) -> Option<Embedding> {
        let points: Vec<_> = self.of(user).map(|it| at(f32::from(it.point))).collect();
        Embedding::mean(&points).unwrap()
    }

    fn tell(&mut self, collection: &Collection, step: &Step) {
        match step {
            Step::Add { image, points } => {
                let embeddings: Vec<_> = points.iter().map(|it| at(f32::from(*it))).collect();
                let added = collection
                    .add_faces(new_faces(&format!("{image}"), None, &embeddings))
                    .unwrap();
                for (number, (added, point)) in added.faces.into_iter().zip(points).enumerate() {
                    let known = self
                        .faces
                        .iter()
                        .find(|it| (it.image, it.number) == (*image, number));
                    assert_eq!(added.is_new, known.is_none());
                    match known {
                        Some(known) => assert_eq!(added.face.id, known.id),
                        None => self.faces.push(ToldFace {
                            id: added.face.id,
                            image: *image,
                            number,
                            point: *point,
                            user: None,
                        }),
                    }
                }
            }
            Step::Delete(numbers) => {
                let deletion = collection.delete_faces(self.ids(numbers)).unwrap();
                let asked: BTreeSet<_> = self.ids(numbers).into_iter().collect();
                let gone: BTreeSet<_> = self
                    .faces
                    .iter()
                    .filter(|it| it.user.is_none() && asked.contains(&it.id))
                    .map(|it| it.id)
                    .collect();
                assert_eq!(deletion.deleted.iter().copied().collect::<BTreeSet<_>>(), gone);
                assert_eq!(deletion.deleted.len() + deletion.refused.len(), asked.len());
                self.faces.retain(|it| !gone.contains(&it.id));
            }
            Step::CreateUser(number) => {
                let outcome = collection.create_user(user(&format!("u{number}")), None);
                assert_eq!(outcome.is_ok(), self.users.insert(*number));
            }
            Step::DeleteUser(number) => {
                let outcome = collection.delete_user(user(&format!("u{number}")), None);
                assert_eq!(outcome.is_ok(), self.users.remove(number));
                for face in self.faces.iter_mut().filter(|it| it.user == Some(*number)) {
                    face.user = None;
                }
            }
            Step::Associate {
                user: number,
                faces,
                within: distance,
            } => {
                let distance = within(f32::from(*distance));
                let asked = self.ids(faces);
                let outcome =
                    collection.associate_faces(user(&format!("u{number}")), asked.clone(), distance, None);
                assert_eq!(outcome.is_ok(), self.users.contains(number));
                let Ok(outcome) = outcome else { return };
                let mut associated = Vec::new();
                for id in asked {
                    let near = |face: &ToldFace, vector: Option<Embedding>| {
                        let here = at(f32::from(face.point));
                        vector.is_none_or(|it| it.squared_distance(&here).unwrap() <= distance)
                    };
                    let vector = self.vector(*number);
                    let face = self.faces.iter_mut().find(|it| it.id == id && it.user.is_none());
                    if let Some(face) = face.filter(|it| near(it, vector)) {
                        face.user = Some(*number);
                        associated.push(id);
                    }
                }
                assert_eq!(outcome.associated, associated);
            }
            Step::Disassociate { user: number, faces } => {
                let asked = self.ids(faces);
                let outcome = collection.disassociate_faces(user(&format!("u{number}")), asked.clone(), None);
                assert_eq!(outcome.is_ok(), self.users.contains(number));
                for face in self
                    .faces
                    .iter_mut()
                    .filter(|it| it.user == Some(*number) && asked.contains(&it.id))
                {
                    face.user = None;
                }
            }
            Step::Compact => collection.compact().unwrap(),
            Step::Reopen => {}
        }
    }

    fn check(&self, collection: &Collection) {
        let described = collection.describe().unwrap();
        assert_eq!(
            (described.n_faces, described.n_users),
            (self.faces.len(), self.users.len())
        );
        let listed: Vec<_> = all_faces(collection)
            .into_iter()
            .map(|it| (it.id, it.user.map(|it| it.as_str().to_owned())))
            .collect();
        let told: Vec<_> = self
            .faces
            .iter()
            .map(|it| (it.id, it.user.map(|it| format!("u{it}"))))
            .collect();
        assert_eq!(listed, told);

        let here = at(7.5);
        let found = collection.search_faces(&here, Nearest::of(usize::MAX)).unwrap();
        let mut near: Vec<_> = self
            .faces
            .iter()
            .enumerate()
            .map(|(i, it)| (here.squared_distance(&at(f32::from(it.point))).unwrap(), i, it.id))
            .collect();
        near.sort_unstable();
        assert_eq!(
            found
                .iter()
                .map(|it| (it.distance, it.face.id))
                .collect::<Vec<_>>(),
            near.into_iter()
                .map(|(distance, _, id)| (distance, id))
                .collect::<Vec<_>>()
        );

        let listed: BTreeMap<_, _> = all(|after| collection.list_users(limit(3), after).unwrap())
            .into_iter()
            .map(|it| (it.id.as_str().to_owned(), it.status))
            .collect();
        let status = |user| {
            if self.of(user).next().is_some() {
                UserStatus::Active
            } else {
                UserStatus::Created
            }
        };
        assert_eq!(
            listed,
            self.users
                .iter()
                .map(|it| (format!("u{it}"), status(*it)))
                .collect()
        );
        let found: BTreeMap<_, _> = collection
            .search_users(&here, Nearest::of(usize::MAX))
            .unwrap()
            .into_iter()
            .map(|it| (it.user.id.as_str().to_owned(), it.distance))
            .collect();
        for number in &self.users {
            let name = format!("u{number}");
            let distance = self.vector(*number).map(|it| it.squared_distance(&here).unwrap());
            assert_eq!(found.get(&name).copied(), distance);
            let filter = FaceFilter {
                user: Some(user(&name)),
                ids: None,
            };
            let theirs = all(|after| collection.list_faces(&filter, limit(2), after).unwrap());
            assert!(theirs.iter().map(|it| it.id).eq(self.of(*number).map(|it| it.id)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_collection_does_what_the_model_of_one_does(steps in prop::collection::vec(step(), 1..40)) {
        let folder = tempdir().unwrap();
        let mut store = Some(open(folder.path()));
        let mut collection = store.as_ref().map(people);
        let mut told = Told::default();
        for step in &steps {
            told.tell(collection.as_ref().unwrap(), step);
            if matches!(step, Step::Reopen) {
                drop((store.take(), collection.take()));
                let opened: Store = open(folder.path());
                collection = Some(opened.collection(&collection_id("people")).unwrap());
                store = Some(opened);
            }
            told.check(collection.as_ref().unwrap());
        }
    }
}
