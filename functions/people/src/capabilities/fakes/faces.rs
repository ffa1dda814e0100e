//! Pictures, and a Rekognition that sees people by the tens of pixels of a picture's width.

use std::collections::BTreeMap;

use aws::{
    collections::{Indexed, Match},
    faces::{DetectFacesFailure, DetectedFace},
    photos::Presigned,
};
use domain::{FaceId, Fault, PersonId, UserId};
use intake::Jpeg;
use jiff::Timestamp;
use picture::Limits;

use super::{ALIKE, State, UNLIKE, World, good_face};
use crate::capabilities::{KeepDescriptions, KeepPictures, LookAtFaces, Pictured};

fn width(jpeg: &[u8]) -> u32 {
    picture::probe(jpeg, &Limits::UPLOAD).unwrap().width
}

fn similarity(a: u32, b: u32) -> f32 {
    if a / 10 == b / 10 { ALIKE } else { UNLIKE }
}

impl State {
    fn width_of(&self, owner: UserId, picture: Pictured) -> Option<u32> {
        match picture {
            Pictured::Upload(upload) => self.photos.get(&(owner, upload)).map(|it| width(&it.bytes)),
            Pictured::Face(person, face) => self.pictures.get(&(owner, person, face)).copied(),
            Pictured::Frame(challenge, index) => self.frames.get(&(challenge, index)).copied(),
        }
    }

    fn look_at(&self, owner: UserId, picture: Pictured) -> Result<u32, Fault> {
        let width = self.width_of(owner, picture);
        width.ok_or_else(|| Fault::never("LookAtFaces", "there is no such picture"))
    }
}

impl KeepPictures for World {
    async fn put_picture(
        &self,
        owner: UserId,
        person: PersonId,
        face: FaceId,
        picture: Jpeg,
    ) -> Result<(), Fault> {
        let width = width(&picture.0);
        self.call("PutPicture", |it| {
            it.pictures.insert((owner, person, face), width)
        })
        .await
        .map(drop)
    }

    async fn link_picture(
        &self,
        owner: UserId,
        person: PersonId,
        face: FaceId,
        _now: Timestamp,
    ) -> Result<Presigned, Fault> {
        Ok(Presigned {
            url: format!("https://images.example.org/u/{owner}/people/{person}/{face}.jpg?signed"),
            headers: BTreeMap::new(),
        })
    }

    async fn remove_picture(&self, owner: UserId, person: PersonId, face: FaceId) -> Result<(), Fault> {
        self.call("RemovePicture", |it| it.pictures.remove(&(owner, person, face)))
            .await
            .map(drop)
    }

    async fn remove_pictures(&self, owner: UserId, person: PersonId) -> Result<usize, Fault> {
        self.call("RemovePictures", |it| {
            let before = it.pictures.len();
            it.pictures.retain(|key, _| (key.0, key.1) != (owner, person));
            before - it.pictures.len()
        })
        .await
    }
}

impl LookAtFaces for World {
    async fn detect_faces(
        &self,
        owner: UserId,
        picture: Pictured,
    ) -> Result<Vec<DetectedFace>, DetectFacesFailure> {
        self.call("DetectFaces", |it| {
            let width = it.look_at(owner, picture)?;
            if it.unreadable.contains(&width) {
                return Err(DetectFacesFailure::Picture("unreadable".into()));
            }
            Ok(it.seen.get(&width).cloned().unwrap_or_else(|| vec![good_face()]))
        })
        .await?
    }

    async fn compare_faces(
        &self,
        owner: UserId,
        source: Pictured,
        target: Pictured,
    ) -> Result<Option<f32>, Fault> {
        self.call("CompareFaces", |it| {
            let (source, target) = (it.look_at(owner, source)?, it.look_at(owner, target)?);
            Ok(Some(similarity(source, target)))
        })
        .await?
    }
}

impl KeepDescriptions for World {
    async fn describe(&self, owner: UserId, person: PersonId, face: FaceId) -> Result<Indexed, Fault> {
        self.call("Describe", |it| {
            let width = it.look_at(owner, Pictured::Face(person, face))?;
            if !it.not_described.is_empty() {
                return Ok(Indexed::Refused(it.not_described.clone()));
            }
            // The same picture of the same person has one description.
            let name = format!("{person} {width}");
            it.descriptions.insert((owner, name.clone()), (person, width));
            Ok(Indexed::As(name))
        })
        .await?
    }

    async fn find_alike(
        &self,
        owner: UserId,
        picture: Pictured,
        _at_least_percent: f32,
    ) -> Result<Vec<Match>, Fault> {
        self.call("FindAlike", |it| {
            let width = it.look_at(owner, picture)?;
            let own = it.descriptions.iter().filter(|(key, _)| key.0 == owner);
            let alike = own.filter(|(_, described)| similarity(described.1, width) == ALIKE);
            Ok(alike
                .map(|(_, described)| Match {
                    person: described.0,
                    similarity: 99.5,
                })
                .collect())
        })
        .await?
    }

    async fn descriptions(&self, owner: UserId, person: PersonId) -> Result<Vec<String>, Fault> {
        self.call("Descriptions", |it| {
            let all = it.descriptions.iter();
            let theirs = all.filter(|(key, described)| key.0 == owner && described.0 == person);
            theirs.map(|(key, _)| key.1.clone()).collect()
        })
        .await
    }

    async fn remove_descriptions(&self, owner: UserId, descriptions: &[String]) -> Result<usize, Fault> {
        self.call("RemoveDescriptions", |it| {
            let removed = descriptions
                .iter()
                .filter(|name| it.descriptions.remove(&(owner, (*name).clone())).is_some());
            removed.count()
        })
        .await
    }
}
