//! Stores to test, faces to put in them, and all that a collection shows of itself.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use gallery::{
    AddedFaces, Bounds, Clock, Collection, CollectionId, Description, Embedding, ExternalImageId, Face,
    FaceFilter, FaceId, FaceMatch, ImageDigest, Limits, Model, Nearest, NewFace, NewFaces, Options, Page,
    PageToken, RequestToken, SquaredDistance, Store, User, UserId, UserMatch,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Few components, so that files are small and tests quick.
pub(crate) const DIMENSION: usize = 4;

/// A clock that stands still unless it is told to advance.
#[derive(Debug)]
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(1_800_000_000_000_000)))
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        self.0.fetch_add(by.as_micros() as i64, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

pub(crate) fn options() -> Options {
    Options {
        clock: TestClock::new(),
        ids: Arc::new(Uuid::now_v7),
        threads: NonZeroUsize::new(2).unwrap(),
        limits: Limits::default(),
    }
}

pub(crate) fn open(folder: &Path) -> Store {
    Store::open(folder, options()).unwrap()
}

pub(crate) fn model() -> Model {
    Model::new("test", DIMENSION).unwrap()
}

pub(crate) fn collection_id(text: &str) -> CollectionId {
    CollectionId::parse(text).unwrap()
}

pub(crate) fn user(text: &str) -> UserId {
    UserId::parse(text).unwrap()
}

pub(crate) fn token(text: &str) -> RequestToken {
    RequestToken::parse(text).unwrap()
}

pub(crate) fn external(text: &str) -> ExternalImageId {
    ExternalImageId::parse(text).unwrap()
}

pub(crate) fn limit(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).unwrap()
}

pub(crate) fn within(distance: f32) -> SquaredDistance {
    SquaredDistance::from_distance(distance).unwrap()
}

/// A collection named `people` in a new store.
pub(crate) fn people(store: &Store) -> Collection {
    store
        .create_collection(&collection_id("people"), &model(), BTreeMap::new())
        .unwrap()
}

pub(crate) fn embedding(components: [f32; DIMENSION]) -> Embedding {
    Embedding::new(&model(), components).unwrap()
}

/// `x` away from the origin, along the first axis.
pub(crate) fn at(x: f32) -> Embedding {
    embedding([x, 0.0, 0.0, 0.0])
}

/// One of a row of boxes that do not overlap.
pub(crate) fn place(number: u32) -> Bounds {
    Bounds {
        left: number as f32,
        top: 0.25,
        width: 0.5,
        height: 0.5,
    }
}

pub(crate) fn new_face(number: u32, embedding: Embedding) -> NewFace {
    NewFace {
        bounds: place(number),
        confidence: 99.5,
        embedding,
    }
}

pub(crate) fn new_faces(
    image: &str,
    external_image_id: Option<ExternalImageId>,
    embeddings: &[Embedding],
) -> NewFaces {
    let faces = embeddings
        .iter()
        .enumerate()
        .map(|(i, it)| new_face(i as u32, it.clone()))
        .collect();
    NewFaces {
        image: ImageDigest::of(image.as_bytes()),
        external_image_id,
        detection_model: "7.0".into(),
        faces,
    }
}

/// Adds an image with one face.
pub(crate) fn add(collection: &Collection, image: &str, embedding: &Embedding) -> FaceId {
    let added = collection
        .add_faces(new_faces(image, None, std::slice::from_ref(embedding)))
        .unwrap();
    added.faces[0].face.id
}

pub(crate) fn ids(added: &AddedFaces) -> Vec<FaceId> {
    added.faces.iter().map(|it| it.face.id).collect()
}

/// All items of a list, page by page.
pub(crate) fn all<T>(mut page: impl FnMut(Option<&PageToken>) -> Page<T>) -> Vec<T> {
    let mut items = Vec::new();
    let mut after = None;
    loop {
        let Page { items: more, next } = page(after.as_ref());
        items.extend(more);
        if next.is_none() {
            return items;
        }
        after = next;
    }
}

pub(crate) fn all_faces(collection: &Collection) -> Vec<Face> {
    all(|after| {
        collection
            .list_faces(&FaceFilter::default(), limit(1000), after)
            .unwrap()
    })
}

/// Everything that a collection shows, to compare two of them.
#[derive(Debug, PartialEq)]
pub(crate) struct Shown {
    description: Description,
    tags: BTreeMap<String, String>,
    faces: Vec<Face>,
    users: Vec<User>,
    /// What is near a point: reads every embedding and every user's vector.
    near_faces: Vec<FaceMatch>,
    near_users: Vec<UserMatch>,
}

pub(crate) fn shown(collection: &Collection) -> Shown {
    let here = embedding([0.1, 0.2, 0.3, 0.4]);
    Shown {
        description: collection.describe().unwrap(),
        tags: collection.tags().unwrap(),
        faces: all_faces(collection),
        users: all(|after| collection.list_users(limit(7), after).unwrap()),
        near_faces: collection.search_faces(&here, Nearest::of(usize::MAX)).unwrap(),
        near_users: collection.search_users(&here, Nearest::of(usize::MAX)).unwrap(),
    }
}
